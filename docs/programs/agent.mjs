// @ts-check
// Can be killed anywhere: a reply is on disk before it is acted on, and a call has one key for good.
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";

/** @typedef {{id: string, function: {name: string, arguments: string}}} Call */
/** @typedef {{role: string, content?: string | null, tool_calls?: Call[], tool_call_id?: string}} Message */

const env = /** @type {Record<string, string>} */ (process.env);
const state = `${env.LONGHAUL_STATE}/messages.json`;
const key = { authorization: `Bearer ${env.OPENAI_API_KEY}` };

/** @param {string} url @param {object} [body] @param {Record<string, string>} [headers] @returns {Promise<any>} */
async function ask(url, body, headers = key) {
  const sent = { "content-type": "application/json", ...headers };
  const answer = await fetch(url, body ? { method: "POST", headers: sent, body: JSON.stringify(body) } : {});
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
  return answer.json();
}

/** @param {Message} message */
function keep(message) {
  messages.push(message);
  writeFileSync(`${state}.new`, JSON.stringify(messages));
  renameSync(`${state}.new`, state);
}

/** @type {{name: string, description: string, schema: object}[]} */
const shown = await ask(env.LONGHAUL_TOOLS_URL);
const tools = shown.map(({ name, description, schema: parameters }) => ({ type: "function", function: { name, description, parameters } }));
/** @type {Message[]} */
const messages = existsSync(state) ? JSON.parse(readFileSync(state, "utf8")) : [{ role: "user", content: env.LONGHAUL_GOAL }];
while (messages.at(-1)?.role !== "assistant" || messages.at(-1)?.tool_calls) {
  for (const call of messages.flatMap((message) => message.tool_calls ?? [])) {
    if (messages.some((message) => message.tool_call_id === call.id)) continue;
    const named = { "idempotency-key": call.id, "x-call-id": call.id };
    const result = await ask(`${env.LONGHAUL_TOOLS_URL}/${call.function.name}`, JSON.parse(call.function.arguments), named);
    keep({ role: "tool", tool_call_id: call.id, content: result.content || result.error });
  }
  const reply = await ask(`${env.OPENAI_BASE_URL}/chat/completions`, { model: env.LONGHAUL_MODEL, messages, tools });
  const { role, content, tool_calls } = reply.choices[0].message;
  keep({ role, content, ...(tool_calls && { tool_calls }) });
}
console.log(messages.at(-1)?.content);
