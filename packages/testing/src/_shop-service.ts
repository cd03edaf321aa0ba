/**
 * A small shop for tests: notes in SQLite, pages, and every hole that a security check looks for, each open only when its name is given.
 */
export function renderShop(holes: readonly string[] = []): string {
  return `
import { createServer } from "node:http";
import { execSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { env } from "node:process";
const holes = new Set(${JSON.stringify(holes)});
const database = new DatabaseSync(env.DATABASE_FILE ?? ":memory:");
database.exec("CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY, title TEXT NOT NULL); INSERT INTO notes (title) VALUES ('Milk'), ('Bread')");
const escape = (text) => holes.has("html") ? text : text.replace(/[<>&"]/g, (sign) => "&#" + sign.charCodeAt(0) + ";");
createServer(async (request, response) => {
  let text = "";
  for await (const chunk of request) text += chunk;
  const headers = holes.has("headers") ? { "x-powered-by": "Guesswork" } : { "x-content-type-options": "nosniff" };
  const send = (status, body, type = "application/json") =>
    response.writeHead(status, { "content-type": type, ...headers }).end(type === "application/json" ? JSON.stringify(body) : body);
  const url = new URL(request.url, "http://x");
  const query = url.searchParams.get("q") ?? "";
  try {
    if (url.pathname === "/health") return send(200, { status: "ok" });
    if (holes.has("slow")) await new Promise((resolve) => setTimeout(resolve, 120));
    if (holes.has("flaky") && Math.random() < 0.5) return send(503, { error: "busy" });
    if (url.pathname === "/notes" && request.method === "POST") {
      const note = JSON.parse(text);
      if (typeof note.title !== "string" || note.title === "") return send(400, { error: "title" });
      const { lastInsertRowid } = database.prepare("INSERT INTO notes (title) VALUES (?)").run(note.title);
      return send(201, { id: Number(lastInsertRowid), title: note.title, ...(holes.has("fields") ? { password: "hunter22" } : {}) });
    }
    if (url.pathname === "/notes") {
      const rows = holes.has("sql")
        ? database.prepare("SELECT * FROM notes WHERE title LIKE '%" + query + "%'").all()
        : database.prepare("SELECT * FROM notes WHERE instr(title, ?) > 0").all(query);
      return send(200, { items: rows });
    }
    if (url.pathname === "/file") return send(200, { text: holes.has("path") ? readFileSync(query, "utf8") : "" });
    if (url.pathname === "/greet") {
      const name = holes.has("command") ? String(execSync("echo hello " + query)) : "hello " + query;
      const made = holes.has("template") ? name.replace(/\\{\\{(.+?)\\}\\}/g, (_, code) => String(eval(code))) : name;
      return send(200, { name: made });
    }
    if (url.pathname === "/") {
      const rows = database.prepare("SELECT * FROM notes").all();
      return send(200, "<!doctype html><title>Shop</title><h1>Notes</h1><ul>" + rows.map((row) => "<li class=note>" + escape(row.title) + "</li>").join("") +
        "</ul><form onsubmit='add(event)'><label>Title <input id=title></label><button>Add</button></form><script>" +
        "async function add(event) { event.preventDefault(); const title = document.getElementById('title').value;" +
        "await fetch('/notes', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ title }) });" +
        "const item = document.createElement('li'); item.className = 'note'; item.textContent = title; document.querySelector('ul').append(item); }" +
        (holes.has("crash") ? "undefined.member" : "") + "</script>", "text/html");
    }
    send(404, { error: "no such page" });
  } catch (error) {
    if (error instanceof SyntaxError && !holes.has("trace")) return send(400, { error: "not JSON" });
    send(holes.has("trace") ? 400 : 500, { error: holes.has("trace") ? error.stack : "failed" });
  }
}).listen(Number(env.PORT), "127.0.0.1");
`;
}
