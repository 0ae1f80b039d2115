// Drives the simulator at argv[2] with Anthropic's own TypeScript client and fails on the first answer that is not what
// the live service gives. The last line of its output is JSON with what it saw.
import assert from 'node:assert/strict';
import Anthropic from '@anthropic-ai/sdk';

const baseURL = process.argv[2];
const client = new Anthropic({ baseURL, apiKey: 'sk-ant-demo', maxRetries: 0 });
const model = 'claude-sonnet-5-5';
const tools = [{
  name: 'list_orders', description: 'Lists orders of a customer, newest first.', strict: true,
  input_schema: { type: 'object', properties: { customer: { type: 'string' } }, required: ['customer'], additionalProperties: false },
}, {
  name: 'list_invoices', description: 'Lists invoices by state, such as overdue ones.', strict: true,
  input_schema: { type: 'object', properties: { state: { type: 'string', enum: ['open', 'overdue', 'paid'] } }, required: ['state'], additionalProperties: false },
}];
const user = (content) => ({ role: 'user', content });

// refused runs a call that must be refused, and returns its error.
async function refused(call, Kind, status, type) {
  const error = await call.then(() => assert.fail('it was taken'), (reason) => reason);
  assert.ok(error instanceof Kind, `${error.constructor.name}: ${error.message}`);
  assert.equal(error.status, status, error.message);
  assert.equal(error.type, type, error.message);
  return error;
}

// sim changes the simulator.
async function sim(path, body, method = 'POST') {
  const response = await fetch(baseURL + path, { method, body: body && JSON.stringify(body) });
  assert.ok(response.ok, await response.text());
}

// A question, the calls of tools, their results and the answer.
const params = { model, max_tokens: 2000, tools, thinking: { type: 'adaptive', display: 'summarized' }, metadata: { user_id: 'u-1' } };
const messages = [user('Which invoices are overdue, and list the orders of Bright Homes')];
const first = await client.messages.create({ ...params, messages });
assert.equal(first.stop_reason, 'tool_use');
const calls = first.content.filter((block) => block.type === 'tool_use');
assert.deepEqual(calls.map((call) => [call.name, call.input]), [['list_invoices', { state: 'overdue' }], ['list_orders', { customer: 'Bright Homes' }]]);
assert.equal(first.content[0].type, 'thinking');
messages.push({ role: 'assistant', content: first.content });
messages.push(user([
  { type: 'tool_result', tool_use_id: calls[0].id, content: JSON.stringify([{ number: 'INV-7', outstanding: 120.5, currency: 'AUD', url: '/invoices/7' }]) },
  { type: 'tool_result', tool_use_id: calls[1].id, content: '[]' },
]));
let text = '';
const streamed = client.messages.stream({ ...params, messages }).on('text', (piece) => { text += piece; });
const last = await streamed.finalMessage();
assert.equal(last.stop_reason, 'end_turn');
assert.match(text, /INV-7/);
assert.match(text, /120\.50 AUD/);
assert.match(text, /stand in for Claude/);
const raw = await client.messages.create({ ...params, messages, stream: true });
const order = [];
for await (const event of raw) if (order.at(-1) !== event.type) order.push(event.type);
assert.equal(order[0], 'message_start');
assert.deepEqual(order.slice(-2), ['message_delta', 'message_stop']);

// Interleaved calls of tools.
await sim('/sim/plans', { opening: 'two at once', turns: [{ calls: [{ name: 'a', input: { text: 'ein "Wort"' } }, { name: 'b', input: { n: 1.5 } }], interleave: true }] });
const both = await client.messages.stream({ model, max_tokens: 500, messages: [user('two at once')] }).finalMessage();
assert.deepEqual(both.content.map((block) => block.input), [{ text: 'ein "Wort"' }, { n: 1.5 }]);

// Counting.
const { input_tokens: counted } = await client.messages.countTokens({ model, tools, thinking: params.thinking, messages });
assert.equal(counted, last.usage.input_tokens);

// Errors.
await refused(client.messages.create({ ...params, max_tokens: 999999, messages, stream: true }), Anthropic.BadRequestError, 400, 'invalid_request_error');
await refused(client.messages.create({ ...params, tool_choice: { type: 'any' }, messages }), Anthropic.BadRequestError, 400, 'invalid_request_error');
await refused(client.messages.create({ ...params, messages: [...messages.slice(0, 2), user('Hm')] }), Anthropic.BadRequestError, 400, 'invalid_request_error');
const moved = await refused(client.messages.create({ ...params, system: 'Another one.', messages }), Anthropic.BadRequestError, 400, 'invalid_request_error');
assert.match(moved.message, /bound to a different conversation/);
await refused(client.messages.create({ ...params, model: 'claude-9', messages }), Anthropic.NotFoundError, 404, 'not_found_error');
await refused(new Anthropic({ baseURL, apiKey: 'sk-other', maxRetries: 0 }).models.list(), Anthropic.AuthenticationError, 401, 'authentication_error');
await sim('/sim/faults', { kind: 'rate_limit', retryAfter: 7, count: 1 });
const slowDown = await refused(client.messages.create({ ...params, messages }), Anthropic.RateLimitError, 429, 'rate_limit_error');
assert.equal(slowDown.headers.get('retry-after'), '7');
await sim('/sim/faults', { kind: 'overloaded', count: 1 });
await refused(client.messages.create({ ...params, messages }), Anthropic.InternalServerError, 529, 'overloaded_error');
await sim('/sim/faults', { kind: 'stream_error', after: 2, count: 1 });
const broken = await client.messages.stream({ ...params, messages }).finalMessage().then(() => assert.fail('no error'), (error) => error);
assert.equal(broken.type, 'overloaded_error', broken.message);
await sim('/sim/faults', { kind: 'stream_cut', after: 2, count: 1 });
await assert.rejects(client.messages.stream({ ...params, messages }).finalMessage());

// Models.
const listed = [];
for await (const one of client.models.list({ limit: 2 })) listed.push(one.id);
assert.ok(listed.includes(model) && !listed.includes('claude-3-opus-20240229'));
const info = await client.models.retrieve('claude-haiku-4-5');
assert.equal(info.id, 'claude-haiku-4-5-20251001');
assert.equal(info.capabilities.thinking.types.adaptive.supported, false);

// Batches.
const batch = await client.messages.batches.create({ requests: [
  { custom_id: 'one', params: { model, max_tokens: 100, messages: [user('Hello')] } },
  { custom_id: 'two', params: { model, max_tokens: 100, messages: [] } },
] });
assert.equal(batch.processing_status, 'in_progress');
await assert.rejects(client.messages.batches.results(batch.id));
await sim('/sim/settings', { batchTimeMs: 1 }, 'PATCH');
const quick = await client.messages.batches.create({ requests: [
  { custom_id: 'one', params: { model, max_tokens: 100, messages: [user('Hello')] } },
  { custom_id: 'two', params: { model, max_tokens: 100, messages: [] } },
] });
let now = quick;
for (let i = 0; now.processing_status !== 'ended'; i += 1) {
  assert.ok(i < 500);
  await new Promise((resolve) => { setTimeout(resolve, 10); });
  now = await client.messages.batches.retrieve(quick.id);
}
assert.deepEqual([now.request_counts.succeeded, now.request_counts.errored], [1, 1]);
const results = {};
for await (const line of await client.messages.batches.results(quick.id)) results[line.custom_id] = line.result.type;
assert.deepEqual(results, { one: 'succeeded', two: 'errored' });
assert.equal((await client.messages.batches.cancel(batch.id)).processing_status, 'canceling');
assert.equal((await client.messages.batches.delete(quick.id)).type, 'message_batch_deleted');

console.log(JSON.stringify({ counted, listed: listed.length }));
