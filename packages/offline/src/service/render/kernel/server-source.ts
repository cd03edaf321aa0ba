/** Text of `src/server.js` in a generated service. */
export const serverSource = `import { createApp } from "./app.js";
import { readEnvironment } from "./environment.js";
import { settings } from "./settings.js";

const environment = readEnvironment(process.env);
if (environment.problem !== undefined) {
  console.error(environment.problem);
  process.exit(1);
}

const app = await createApp(environment);
const url = await app.listen(environment.port);
console.log(\`\${settings.title} is ready at \${url}\`);

for (const signal of ["SIGTERM", "SIGINT"]) {
  process.once(signal, async () => {
    await app.close();
    process.exit(0);
  });
}
`;
