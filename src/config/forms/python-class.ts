/**
 * Whether a name has a package and a class in it, as Synapse takes it apart: at its last dot. What comes before may be
 * whatever `importlib.import_module` takes, a dash included; a name that begins with a dot is relative to a package, of
 * which there is none.
 */
export function isPythonClass(name: string): boolean {
  return /^[^.].*\.[^.]+$/s.test(name) && !name.includes("\0");
}
