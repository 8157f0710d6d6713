import type { Question } from "./question.ts";

/** Runs `work(txn)`, and answers what it returned. */
function interaction(work: string): string {
  return `
def work(txn):
${work
  .trim()
  .split("\n")
  .map((line) => `    ${line}`)
  .join("\n")}
return await api.run_db_interaction("work", work)`;
}

export const DATABASE_QUESTIONS: readonly Question[] = [
  {
    title: "rows of the homeserver",
    body: interaction(`
txn.execute("SELECT name, admin, user_type FROM users WHERE name = ? OR name = ? ORDER BY name", (user_id, "@admin:matrix.test"))
return txn.fetchall()`),
  },
  {
    title: "one row, and none",
    body: interaction(`
txn.execute("SELECT displayname FROM profiles WHERE full_user_id = ?", ("@alice:matrix.test",))
first, then = txn.fetchone(), txn.fetchone()
txn.execute("SELECT displayname FROM profiles WHERE full_user_id = ?", ("@nobody:matrix.test",))
return [first, then, txn.fetchone()]`),
  },
  {
    title: "a cursor that is walked",
    body: interaction(`
txn.execute("SELECT name FROM users WHERE name IN (?, ?) ORDER BY name", ("@alice:matrix.test", "@bot:matrix.test"))
return [[column[0] for column in txn.description], [name for (name,) in txn]]`),
  },
  {
    title: "a table of its own",
    body: interaction(`
txn.execute("DROP TABLE IF EXISTS asking_notes")
txn.execute("CREATE TABLE asking_notes (id INTEGER PRIMARY KEY, note TEXT)")
txn.executemany("INSERT INTO asking_notes VALUES (?, ?)", [(1, "a"), (2, "b ✓"), (3, None)])
txn.execute_batch("INSERT INTO asking_notes VALUES (?, ?)", [(4, "d"), (5, "e")])
txn.execute("UPDATE asking_notes SET note = ? WHERE id > ?", ("late", 3))
updated = txn.rowcount
txn.execute("SELECT id, note FROM asking_notes ORDER BY id")
return [updated, txn.fetchmany(2), txn.fetchall()]`),
  },
  {
    title: "what is rolled back",
    body: `
def write(txn):
    txn.execute("DROP TABLE IF EXISTS asking_gone")
    txn.execute("CREATE TABLE asking_gone (id INTEGER)")
    txn.execute("INSERT INTO asking_gone VALUES (1)")

def fail(txn):
    txn.execute("INSERT INTO asking_gone VALUES (2)")
    raise KeyError("never mind")

def read(txn):
    txn.execute("SELECT id FROM asking_gone")
    return txn.fetchall()

await api.run_db_interaction("write", write)
try:
    await api.run_db_interaction("fail", fail)
except KeyError as error:
    return [str(error), await api.run_db_interaction("read", read)]`,
  },
  {
    title: "what is called after the commit, and after a failure",
    body: `
told = []

async def tell_later(word):
    told.append(word)

def work(txn):
    txn.call_after(told.append, "after")
    txn.async_call_after(tell_later, "async after")
    txn.call_on_exception(told.append, "on exception")
    told.append("within")

def fail(txn):
    work(txn)
    raise ValueError("no")

await api.run_db_interaction("work", work)
try:
    await api.run_db_interaction("fail", fail)
except ValueError:
    return told`,
  },
  { title: "a statement that is wrong", body: interaction(`txn.execute("SELECT nothing FROM nowhere")`) },
  {
    title: "a row that is there already",
    body: interaction(
      `txn.execute("INSERT INTO users (name, password_hash) VALUES (?, ?)", ("@alice:matrix.test", ""))`,
    ),
  },
  {
    title: "the engine",
    body: `
from synapse.storage.engines import PostgresEngine, Sqlite3Engine

def work(txn):
    return [isinstance(txn.database_engine, engine) for engine in (PostgresEngine, Sqlite3Engine)]

return await api.run_db_interaction("work", work)`,
  },
];
