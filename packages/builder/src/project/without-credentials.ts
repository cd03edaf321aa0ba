/** An environment without what is called like a credential: the generated program and its checks must not see one. */
export function withoutCredentials(environment: Readonly<Record<string, string>>): Record<string, string> {
  const credential = /(^|_)(API_KEY|AUTH_TOKEN|SECRET|TOKEN|PASSWORD)$|^ANTHROPIC_|^CLAUDE/;
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !credential.test(name)));
}
