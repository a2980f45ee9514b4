// @ts-check
// The loop that everybody writes first: nothing on disk and no keys, so a killed payment is made again.
const env = /** @type {Record<string, string>} */ (process.env);

/** @param {string} url @param {object} [body] @returns {Promise<any>} */
async function ask(url, body) {
  const headers = { "content-type": "application/json", authorization: `Bearer ${env.OPENAI_API_KEY}` };
  const answer = await fetch(url, body ? { method: "POST", headers, body: JSON.stringify(body) } : {});
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
  return answer.json();
}

/** @type {{name: string, description: string, schema: object}[]} */
const shown = await ask(env.LONGHAUL_TOOLS_URL);
const tools = shown.map(({ name, description, schema: parameters }) => ({ type: "function", function: { name, description, parameters } }));
/** @type {any[]} */
const messages = [{ role: "user", content: env.LONGHAUL_GOAL }];
while (messages.at(-1).role !== "assistant") {
  const reply = await ask(`${env.OPENAI_BASE_URL}/chat/completions`, { model: env.LONGHAUL_MODEL, messages, tools });
  const { role, content, tool_calls = [] } = reply.choices[0].message;
  messages.push({ role, content, ...(tool_calls.length && { tool_calls }) });
  for (const call of tool_calls) {
    const result = await ask(`${env.LONGHAUL_TOOLS_URL}/${call.function.name}`, JSON.parse(call.function.arguments));
    messages.push({ role: "tool", tool_call_id: call.id, content: result.content || result.error });
  }
}
console.log(messages.at(-1).content);
