package main

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"hash"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
)

// writer makes signed webhooks of one event each, all of them different. It
// serves one connection.
type writer struct {
	mac      hash.Hash
	tenant   string
	host     string
	sequence *atomic.Int64
	request  []byte
	body     []byte
	sum      []byte
}

func newWriter(key, tenant, host string, sequence *atomic.Int64) *writer {
	return &writer{mac: hmac.New(sha256.New, []byte(key)), tenant: tenant, host: host, sequence: sequence}
}

// next is the next webhook as it goes over the wire, valid until the one after.
// https://developer.xero.com/documentation/guides/webhooks/overview/
func (w *writer) next() []byte {
	n := w.sequence.Add(1)
	invoice := uuid.New()
	at := time.Now().UTC().Format("2006-01-02T15:04:05.000")
	w.body = fmt.Appendf(w.body[:0], `{"events":[{"resourceUrl":"https://api.xero.com/api.xro/2.0/Invoices/%s","resourceId":"%s","eventDateUtc":"%s",`+
		`"eventType":"UPDATE","eventCategory":"INVOICE","tenantId":"%s","tenantType":"ORGANISATION"}],`+
		`"lastEventSequence":%d,"firstEventSequence":%d,"entropy":"%s"}`, invoice, invoice, at, w.tenant, n, n, "SKLVOJPCRGQPJZTVFKLG")
	w.mac.Reset()
	w.mac.Write(w.body)
	w.sum = w.mac.Sum(w.sum[:0])
	w.request = fmt.Appendf(w.request[:0], "POST /webhooks/xero HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: %d\r\nX-Xero-Signature: %s\r\n\r\n",
		w.host, len(w.body), base64.StdEncoding.EncodeToString(w.sum))
	w.request = append(w.request, w.body...)
	return w.request
}

// newKey is a webhook key for one measurement.
func newKey() string { return rand.Text() }
