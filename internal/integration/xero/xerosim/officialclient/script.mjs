// Drives the simulator at argv[2] with Xero's own Node client and fails on the first answer that is not what
// the live service gives. The last line of its output is JSON with the ids of what it made.
import assert from 'node:assert/strict';
import { Issuer } from 'openid-client';
import { XeroClient } from 'xero-node';

const base = process.argv[2];
const redirectUri = 'http://localhost:5173/callback';
const day = '2026-11-22';

// The library's addresses are fixed. Its methods can be overridden and its APIs take a basePath, so nothing
// inside the package is changed.
class PractiseClient extends XeroClient {
  async initialize() {
    const issuer = await Issuer.discover(base);
    this.openIdClient = new issuer.Client({
      client_id: this.config.clientId,
      client_secret: this.config.clientSecret,
      redirect_uris: this.config.redirectUris,
    });
    this.accountingApi.basePath = `${base}/api.xro/2.0`;
    return this;
  }

  async queryApi(method, uri) {
    return super.queryApi(method, uri.replace('https://api.xero.com', base));
  }
}

const xero = new PractiseClient({
  clientId: 'demo',
  clientSecret: 'demo',
  redirectUris: [redirectUri],
  scopes: ['openid', 'profile', 'email', 'offline_access', 'accounting.invoices', 'accounting.payments',
    'accounting.contacts', 'accounting.settings'],
  state: 'state-1',
});
const api = xero.accountingApi;

// consent fills in the page that a person sees and returns the address it leads back to.
async function consent() {
  const page = await xero.buildConsentUrl();
  const html = await (await fetch(page)).text();
  const form = new URLSearchParams();
  for (const [, name, value] of html.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)) {
    form.append(name, value.replaceAll('&#43;', '+').replaceAll('&amp;', '&'));
  }
  for (const [, tenant] of html.matchAll(/name="tenant" value="([^"]*)"/g)) form.append('tenant', tenant);
  form.set('decision', 'allow');
  const answer = await fetch(`${base}/identity/connect/authorize`, { method: 'POST', body: form, redirect: 'manual' });
  assert.equal(answer.status, 302, 'consent leads back to the app');
  return answer.headers.get('location');
}

// refused runs a call that must be refused and returns Xero's words.
async function refused(call) {
  try {
    await call();
  } catch (failure) {
    const text = typeof failure === 'string' ? failure : JSON.stringify(failure);
    const told = JSON.parse(text);
    assert.equal(told.response.statusCode, 400, text);
    return told.body.Elements.flatMap((element) => element.ValidationErrors.map((entry) => entry.Message)).join(' ');
  }
  assert.fail('the call should have been refused');
}

const tokens = await xero.apiCallback(await consent());
assert.equal(tokens.token_type, 'Bearer');
assert.ok(tokens.id_token && tokens.refresh_token, 'both tokens that were asked for');
assert.equal(tokens.claims().email, 'alex@voltway.example');
const refreshed = await xero.refreshToken();
assert.notEqual(refreshed.refresh_token, tokens.refresh_token, 'refresh tokens rotate');

const tenants = await xero.updateTenants();
assert.equal(tenants.length, 1);
const tenant = tenants[0].tenantId;
assert.equal(tenants[0].tenantType, 'ORGANISATION');
assert.equal(tenants[0].orgData.baseCurrency, 'AUD');
const shortCode = tenants[0].orgData.shortCode;

const themes = (await api.getBrandingThemes(tenant)).body.brandingThemes;
assert.ok(themes.length > 0 && themes[0].name === 'Standard');
const accounts = (await api.getAccounts(tenant)).body.accounts;
assert.ok(accounts.some((a) => a.code === '200' && a._class === 'REVENUE'), 'an account of sales');
const rates = (await api.getTaxRates(tenant)).body.taxRates;
assert.equal(rates.find((rate) => rate.taxType === 'OUTPUT').effectiveRate, 10);

// Contacts.
const contact = (await api.createContacts(tenant, {
  contacts: [{
    name: 'Ridge Sun Pty Ltd', contactNumber: 'C-1', emailAddress: 'jo@ridge.example', taxNumber: '51824753556',
    addresses: [{ addressType: 'STREET', city: 'Perth', region: 'WA' }],
    phones: [{ phoneType: 'MOBILE', phoneNumber: '0400000000' }],
    contactPersons: [{ firstName: 'Al', lastName: 'Lee', emailAddress: 'al@ridge.example' }],
  }],
}, false, 'contact-1')).body.contacts[0];
assert.ok(contact.contactID && contact.updatedDateUTC instanceof Date && !contact.hasValidationErrors);
assert.match(await refused(() => api.createContacts(tenant, { contacts: [{ name: 'Ridge Sun Pty Ltd' }] })), /already assigned/);
const found = (await api.getContacts(tenant, new Date(Date.now() - 3600e3), undefined, 'UpdatedDateUTC ASC', undefined, 1, true)).body;
assert.equal(found.contacts.length, 1);
assert.equal(found.pagination.itemCount, 1);
assert.equal(found.contacts[0].contactPersons[0].firstName, 'Al');

// Invoices: made in a batch of which one is refused, changed with their lines, sent, printed.
const sale = (number, price) => ({
  type: 'ACCREC', status: 'AUTHORISED', contact: { contactID: contact.contactID }, invoiceNumber: number,
  date: day, dueDate: '2026-12-22', lineAmountTypes: 'Exclusive', brandingThemeID: themes[0].brandingThemeID,
  lineItems: [{ description: 'BESS 50 kWh', quantity: 2, unitAmount: price, accountCode: '200', taxType: 'OUTPUT' }],
});
const batch = (await api.createInvoices(tenant, { invoices: [sale('RNZ-1', 49.95), sale('RNZ-1', 1), sale('RNZ-2', 100)] },
  false, 4, 'invoices-1')).body.invoices;
assert.deepEqual(batch.map((invoice) => invoice.statusAttributeString), ['OK', 'ERROR', 'OK']);
assert.equal(batch[1].validationErrors[0].message, 'Invoice # must be unique.');
const [first, second] = [batch[0], batch[2]];
assert.equal(first.total, 109.89);
assert.equal(new Date(first.date).toISOString(), '2026-11-22T00:00:00.000Z', 'dates are read from /Date(…)/');
const line = first.lineItems[0];
const changed = (await api.updateOrCreateInvoices(tenant, {
  invoices: [{
    invoiceID: first.invoiceID, reference: 'ORD-1',
    lineItems: [{ lineItemID: line.lineItemID, quantity: 3 },
      { description: 'Freight', quantity: 1, unitAmount: 10, accountCode: '210', taxType: 'OUTPUT' }],
  }],
}, false, 4)).body.invoices[0];
assert.equal(changed.lineItems.length, 2);
assert.equal(changed.lineItems[0].lineItemID, line.lineItemID, 'a line that is named stays');
assert.equal(changed.total, 175.84);
const repeat = (await api.createInvoices(tenant, { invoices: [sale('RNZ-1', 49.95), sale('RNZ-1', 1), sale('RNZ-2', 100)] },
  false, 4, 'invoices-1')).body.invoices;
assert.equal(repeat[0].invoiceID, first.invoiceID, 'the key answers with what was made');
await api.emailInvoice(tenant, first.invoiceID, {}, 'email-1');
const read = (await api.getInvoice(tenant, first.invoiceID, 4)).body.invoices[0];
assert.equal(read.sentToContact, true);
assert.equal(read.contact.emailAddress, 'jo@ridge.example');
const online = (await api.getOnlineInvoice(tenant, first.invoiceID)).body.onlineInvoices[0].onlineInvoiceUrl;
assert.ok(online.startsWith(base), online);
const pdf = (await api.getInvoiceAsPdf(tenant, first.invoiceID)).body;
assert.equal(Buffer.from(pdf).subarray(0, 5).toString(), '%PDF-');
await api.createInvoiceHistory(tenant, first.invoiceID, { historyRecords: [{ details: 'Sent by the practice client' }] });
const history = (await api.getInvoiceHistory(tenant, first.invoiceID)).body.historyRecords;
assert.ok(history.some((record) => record.details === 'Sent by the practice client'));

// A credit note, set against the invoice in two parts.
const note = (await api.createCreditNotes(tenant, {
  creditNotes: [{
    type: 'ACCRECCREDIT', status: 'AUTHORISED', contact: { contactID: contact.contactID }, creditNoteNumber: 'CN-1', date: day,
    lineItems: [{ description: 'Returned', quantity: 1, unitAmount: 100, accountCode: '200', taxType: 'OUTPUT' }],
  }],
}, false, 4, 'note-1')).body.creditNotes[0];
assert.equal(note.remainingCredit, 110);
const part = (amount, invoice) => ({ allocations: [{ amount, date: day, invoice: { invoiceID: invoice } }] });
const allocated = (await api.createCreditNoteAllocation(tenant, note.creditNoteID, part(50, first.invoiceID), false)).body.allocations[0];
assert.ok(allocated.allocationID);
assert.match(await refused(() => api.createCreditNoteAllocation(tenant, note.creditNoteID, part(60.01, first.invoiceID), true)), /remaining credit/);
let credit = (await api.getCreditNote(tenant, note.creditNoteID, 4)).body.creditNotes[0];
assert.equal(credit.remainingCredit, 60);
assert.equal(credit.allocations[0].invoice.invoiceNumber, 'RNZ-1');

// Payments: a part, too much, a refund of the note.
const pay = (amount, document) => ({ payments: [{ ...document, account: { code: '090' }, date: day, amount, reference: 'bank 1' }] });
const payment = (await api.createPayments(tenant, pay(25.84, { invoice: { invoiceID: first.invoiceID } }), false, 'pay-1')).body.payments[0];
assert.equal(payment.paymentType, 'ACCRECPAYMENT');
assert.match(await refused(() => api.createPayments(tenant, pay(1000, { invoice: { invoiceID: first.invoiceID } }), true)), /exceeds the amount outstanding/);
let owed = (await api.getInvoice(tenant, first.invoiceID)).body.invoices[0];
assert.deepEqual([owed.amountPaid, owed.amountCredited, owed.amountDue], [25.84, 50, 100]);
assert.equal(owed.creditNotes[0].creditNoteNumber, 'CN-1');
const refund = (await api.createPayments(tenant, pay(60, { creditNote: { creditNoteID: note.creditNoteID } }), false)).body.payments[0];
assert.equal(refund.paymentType, 'ARCREDITPAYMENT');
assert.equal((await api.getCreditNote(tenant, note.creditNoteID)).body.creditNotes[0].status, 'PAID');
const payments = (await api.getPayments(tenant, undefined, `Invoice.InvoiceID==guid("${first.invoiceID}")`, undefined, 1)).body.payments;
assert.equal(payments.length, 1);
assert.equal(payments[0].invoice.invoiceNumber, 'RNZ-1');

// A person pays too much on Xero's own page; the rest is set against the other invoice.
const form = new URLSearchParams({ amount: '240' });
const page = await fetch(`${base}/app/${encodeURIComponent(shortCode)}/invoicing/view/${second.invoiceID}/overpay`, { method: 'POST', body: form, redirect: 'manual' });
assert.equal(page.status, 303);
const over = (await api.getOverpayments(tenant, undefined, undefined, undefined, 1)).body.overpayments[0];
assert.deepEqual([over.type, over.remainingCredit, over.status], ['RECEIVE-OVERPAYMENT', 20, 'AUTHORISED']);
const used = (await api.createOverpaymentAllocations(tenant, over.overpaymentID, part(15, first.invoiceID), false)).body.allocations[0];
assert.equal(used.overpayment.overpaymentID, over.overpaymentID);
owed = (await api.getInvoice(tenant, first.invoiceID)).body.invoices[0];
assert.equal(owed.overpayments[0].appliedAmount, 15);
assert.deepEqual([owed.amountCredited, owed.amountDue], [65, 85]);

// All of it taken back.
await api.deleteOverpaymentAllocations(tenant, over.overpaymentID, (await api.getOverpayment(tenant, over.overpaymentID)).body.overpayments[0].allocations[0].allocationID);
await api.deletePayment(tenant, refund.paymentID, { status: 'DELETED' });
await api.deleteCreditNoteAllocations(tenant, note.creditNoteID, allocated.allocationID);
const gone = (await api.deletePayment(tenant, payment.paymentID, { status: 'DELETED' })).body.payments[0];
assert.equal(gone.status, 'DELETED');
credit = (await api.getCreditNote(tenant, note.creditNoteID)).body.creditNotes[0];
assert.deepEqual([credit.status, credit.remainingCredit], ['AUTHORISED', 110]);
owed = (await api.getInvoice(tenant, first.invoiceID)).body.invoices[0];
assert.deepEqual([owed.status, owed.amountPaid, owed.amountCredited, owed.amountDue], ['AUTHORISED', 0, 0, 175.84]);
const voided = (await api.updateInvoice(tenant, first.invoiceID, { invoices: [{ status: 'VOIDED' }] })).body.invoices[0];
assert.equal(voided.status, 'VOIDED');

await xero.disconnect(tenants[0].id);
await assert.rejects(() => api.getOrganisations(tenant), (failure) => JSON.parse(failure).response.statusCode === 403);
console.log(JSON.stringify({ contact: contact.contactID, voided: first.invoiceID, paid: second.invoiceID, note: note.creditNoteID, overpayment: over.overpaymentID }));
