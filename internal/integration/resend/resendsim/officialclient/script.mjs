// Drives the simulator at argv[2] with Resend's own Node client and fails on the first answer that is not what the
// live service gives. The webhooks it takes are verified by that client and by Svix's own library. The last line
// of its output is JSON with what it made.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { Resend } from 'resend';
import { Webhook } from 'svix';

const baseUrl = process.argv[2];
const from = 'Voltway <accounts@mail.voltway.example>';
const resend = new Resend('re_demo', { baseUrl });

// ok runs a call that must succeed and returns its data.
async function ok(call) {
  const { data, error } = await call;
  assert.equal(error, null, JSON.stringify(error));
  return data;
}

// refused runs a call that must be refused with a status and a name.
async function refused(call, statusCode, name) {
  const { data, error } = await call;
  assert.equal(data, null);
  assert.deepEqual([error.statusCode, error.name], [statusCode, name], error.message);
  assert.ok(error.message);
}

const mail = (to, more = {}) => ({
  from, to, subject: 'Invoice RNZ-1', html: '<p>Hello <a href="https://pay.voltway.example/1">pay</a></p>',
  tags: [{ name: 'email_id', value: 'abc-1' }], ...more,
});

// The subscriber keeps what came, raw.
const came = [];
const server = createServer((request, response) => {
  let payload = '';
  request.on('data', (part) => { payload += part; });
  request.on('end', () => {
    came.push({ payload, headers: request.headers });
    response.writeHead(200).end();
  });
});
await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
const hook = await ok(resend.webhooks.create({
  endpoint: `http://127.0.0.1:${server.address().port}/`,
  events: ['email.sent', 'email.delivered', 'email.bounced', 'email.complained', 'suppression.added'],
}));
assert.match(hook.signing_secret, /^whsec_/);

// until waits for so many webhooks.
async function until(count) {
  for (let i = 0; came.length < count; i += 1) {
    assert.ok(i < 500, `${came.length} of ${count} webhooks came`);
    await new Promise((resolve) => { setTimeout(resolve, 20); });
  }
}

// Sending, with every kind of field.
const sent = await ok(resend.emails.send(mail(['jo@acme.example'], {
  cc: 'al@acme.example', replyTo: 'accounts@voltway.example', headers: { 'X-Case': '7' },
  attachments: [{ filename: 'invoice.pdf', content: Buffer.from('%PDF-1.7'), contentType: 'application/pdf' }],
}), { idempotencyKey: 'key-1' }));
await refused(resend.emails.send(mail('other@acme.example'), { idempotencyKey: 'key-1' }), 409, 'invalid_idempotent_request');
const read = await ok(resend.emails.get(sent.id));
assert.deepEqual([read.last_event, read.to[0], read.cc[0], read.reply_to[0]], ['delivered', 'jo@acme.example', 'al@acme.example', 'accounts@voltway.example']);
const file = (await ok(resend.emails.attachments.list({ emailId: sent.id }))).data[0];
assert.deepEqual([file.filename, file.size], ['invoice.pdf', 8]);
const content = await fetch((await ok(resend.emails.attachments.get({ emailId: sent.id, id: file.id }))).download_url);
assert.equal(await content.text(), '%PDF-1.7');

// Refusals keep their names.
await refused(resend.emails.send(mail('jo@example.com')), 422, 'validation_error');
await refused(resend.emails.send(mail('jo@acme.example', { from: 'a@elsewhere.example' })), 403, 'validation_error');
await refused(resend.emails.send(mail('jo@acme.example', { subject: undefined })), 422, 'missing_required_field');
await refused(resend.emails.get('4ef9a417-02e9-4d39-ad75-9611e0fcc33c'), 404, 'not_found');
await refused(new Resend('re_other', { baseUrl }).emails.list(), 403, 'invalid_api_key');

// Schedules.
const later = await ok(resend.emails.send(mail('jo@acme.example', { scheduledAt: 'in 1 hour' })));
assert.equal((await ok(resend.emails.update({ id: later.id, scheduledAt: new Date(Date.now() + 7200e3).toISOString() }))).id, later.id);
assert.equal((await ok(resend.emails.cancel(later.id))).object, 'email');
assert.equal((await ok(resend.emails.get(later.id))).last_event, 'canceled');

// Batches.
const strict = [mail('a@acme.example'), mail('b@acme.example')];
assert.equal((await ok(resend.batch.send(strict, { idempotencyKey: 'batch-1' }))).data.length, 2);
await refused(resend.batch.send([mail('a@acme.example'), mail('')]), 422, 'validation_error');
const loose = await ok(resend.batch.send([mail('a@acme.example'), mail(''), mail('bounced+1@resend.dev')], { batchValidation: 'permissive' }));
assert.deepEqual([loose.data.length, loose.errors.length, loose.errors[0].index], [2, 1, 1]);
const listed = await ok(resend.emails.list({ limit: 2 }));
assert.ok(listed.has_more);
assert.equal(listed.data[0].id, loose.data[1].id);
assert.equal(listed.data[0].last_event, 'bounced');
assert.equal((await ok(resend.emails.list({ limit: 2, after: listed.data[1].id }))).data.length, 2);

// Domains.
const domain = await ok(resend.domains.create({ name: 'mail.new.example', region: 'eu-west-1', openTracking: true }));
assert.deepEqual(domain.records.map((record) => record.record), ['SPF', 'SPF', 'DKIM']);
await ok(resend.domains.update({ id: domain.id, clickTracking: true, tls: 'enforced' }));
await ok(resend.domains.verify(domain.id));
await new Promise((resolve) => { setTimeout(resolve, 20); });
assert.equal((await ok(resend.domains.get(domain.id))).status, 'verified');
assert.equal((await ok(resend.domains.list())).data.length, 2);
assert.equal((await ok(resend.domains.remove(domain.id))).deleted, true);

// Suppressions.
await ok(resend.suppressions.add({ email: 'no+1@acme.example' }));
assert.equal((await ok(resend.suppressions.batch.add({ emails: ['x@acme.example', 'y@acme.example'] }))).data.length, 2);
assert.equal((await ok(resend.suppressions.get('no+1@acme.example'))).origin, 'manual');
assert.equal((await ok(resend.suppressions.list({ origin: 'manual', limit: 2 }))).has_more, true);
const blocked = await ok(resend.emails.send(mail('no+1@acme.example')));
assert.equal((await ok(resend.emails.get(blocked.id))).last_event, 'suppressed');
assert.equal((await ok(resend.suppressions.remove('no+1@acme.example'))).deleted, true);
assert.equal((await ok(resend.suppressions.batch.remove({ emails: ['x@acme.example'] }))).data.length, 1);

// Metrics.
const metrics = await ok(resend.emails.metrics({ dimensions: ['period', 'domain'], timezone: 'Australia/Sydney', metrics: ['sent', 'bounced'] }));
assert.equal(metrics.totals.bounced, 1);
assert.ok(metrics.data[0].period && metrics.data[0].domain_name);

// Webhooks: 1 sent and 2 delivered for the first, 2 each for 3 more, sent and bounced, 3 suppressions.
await until(14);
for (const { payload, headers } of came) {
  const event = resend.webhooks.verify({
    payload, webhookSecret: hook.signing_secret,
    headers: { id: headers['svix-id'], timestamp: headers['svix-timestamp'], signature: headers['svix-signature'] },
  });
  assert.deepEqual(new Webhook(hook.signing_secret).verify(payload, headers), event);
  assert.throws(() => new Webhook(hook.signing_secret).verify(`${payload} `, headers));
}
const bounced = JSON.parse(came.find(({ payload }) => payload.includes('email.bounced')).payload);
assert.deepEqual([bounced.data.bounce.type, bounced.data.to[0], bounced.data.tags.email_id], ['Permanent', 'bounced+1@resend.dev', 'abc-1']);

// The log of webhooks, replay under one id, rotation with two signatures, the end.
const log = await ok(resend.webhooks.events.list({ webhookId: hook.id, limit: 5 }));
assert.equal(log.data[0].status, 'success');
const event = await ok(resend.webhooks.events.get({ webhookId: hook.id, eventId: log.data[0].id }));
assert.deepEqual([event.payload.type, event.next_attempt_at], [log.data[0].type, null]);
assert.equal((await ok(resend.webhooks.events.attempts.list({ webhookId: hook.id, eventId: event.id }))).data[0].http_status_code, 200);
const rotated = await ok(resend.webhooks.rotateSigningSecret(hook.id));
await ok(resend.webhooks.events.replay({ webhookId: hook.id, eventId: event.id }));
await until(15);
const again = came.at(-1);
assert.equal(again.headers['svix-id'], event.id);
for (const secret of [hook.signing_secret, rotated.signing_secret]) new Webhook(secret).verify(again.payload, again.headers);
await ok(resend.webhooks.update(hook.id, { status: 'disabled' }));
await refused(resend.webhooks.events.replay({ webhookId: hook.id, eventId: event.id }), 422, 'validation_error');
assert.equal((await ok(resend.webhooks.list())).data[0].status, 'disabled');
assert.equal((await ok(resend.webhooks.remove(hook.id))).deleted, true);
server.close();

// Svix's library signs as the simulator must.
const vector = { secret: rotated.signing_secret, id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', at: '2026-11-22T10:00:00.000Z', payload: '{"test": 2432232314}' };
const signature = new Webhook(vector.secret).sign(vector.id, new Date(vector.at), vector.payload);
console.log(JSON.stringify({ sent: sent.id, blocked: blocked.id, ...vector, signature }));
