"""Compares parameters: whether every call that one function accepts is accepted by another."""

import inspect

VARIABLE = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


def find_refused(theirs, function, skip=0):
    """Why calls that `theirs` accepts, parameters as read_surface.py writes them, are refused by `function`."""
    try:
        listed = list(inspect.signature(function).parameters.values())[skip:]
    except (TypeError, ValueError):
        return ["its parameters cannot be read"]
    ours = {each.name: each for each in listed}
    by_place = [each.name for each in listed if each.kind in (each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD)]
    takes_rest = any(each.kind is each.VAR_POSITIONAL for each in listed)
    takes_names = any(each.kind is each.VAR_KEYWORD for each in listed)
    refused = []
    place, keyword_only = 0, False
    for text in theirs:
        name, has_default = text.strip("*=/"), text.endswith("=")
        if text.startswith("**"):
            refused += [] if takes_names else [f"no **{name}"]
        elif text.startswith("*"):
            keyword_only = True
            refused += [] if text == "*" or takes_rest else [f"no *{name}"]
        else:
            mine = ours.get(name)
            named = mine is not None and mine.kind not in (mine.POSITIONAL_ONLY, *VARIABLE)
            if not named and not takes_names:
                refused.append(f"{name} is not taken by name")
            if has_default and named and mine.default is mine.empty:
                refused.append(f"{name} has no default")
            if not keyword_only:
                at = by_place[place] if place < len(by_place) else None
                if at != name and not (at is None and takes_rest):
                    refused.append(f"{name} is not taken at place {place + 1}")
                place += 1
    required = {text.strip("*=/") for text in theirs if not text.startswith("*") and not text.endswith("=")}
    refused += [
        f"{each.name} is needed"
        for each in listed
        if each.default is each.empty and each.kind not in VARIABLE and each.name not in required
    ]
    return refused
