package resendapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
)

// Validation says what happens to a batch of which some e-mails are refused.
// https://resend.com/docs/api-reference/emails/send-batch-emails
type Validation string

// The validations of a batch.
const (
	Strict     Validation = "strict"     // nothing is sent
	Permissive Validation = "permissive" // the others are sent
)

// BatchItem is what became of one e-mail of a batch: it has an id, or it was
// refused.
type BatchItem struct {
	EmailID string
	Refusal string // Resend's words, which may quote the e-mail; empty when it was taken
}

// Refused reports that the e-mail was not sent.
func (b BatchItem) Refused() bool { return b.EmailID == "" }

// SendBatch encodes the e-mails and sends them. Where a retry may be needed,
// EncodeBatch them once, keep the bytes and use SendBatchEncoded.
func (c *Client) SendBatch(ctx context.Context, key string, messages []Message, mode Validation) ([]BatchItem, error) {
	frozen, err := EncodeBatch(messages)
	if err != nil {
		return nil, err
	}
	return c.SendBatchEncoded(ctx, key, frozen, mode)
}

// SendBatchEncoded sends the bytes of EncodeBatch and returns an item for each
// e-mail, in their order. Key, bytes and validation belong together: a retry
// gives the same three. A batch that is cut in parts needs a new key for each,
// and only those parts may be sent that certainly did not go before.
func (c *Client) SendBatchEncoded(ctx context.Context, key string, frozen []byte, mode Validation) ([]BatchItem, error) {
	e := sending("send the batch", "/emails/batch")
	if mode != Strict && mode != Permissive {
		return nil, badRequest(e.op, "the validation is neither strict nor permissive")
	}
	e, err := e.frozen(key, frozen, '[')
	if err != nil {
		return nil, err
	}
	count, err := countElements(frozen)
	if err != nil {
		return nil, badRequest(e.op, "the bytes are not those of EncodeBatch")
	}
	if count == 0 || count > MaxBatch {
		return nil, tooMany(e.op, count)
	}
	e.header.Set("X-Batch-Validation", string(mode))
	got, err := c.wire.send(ctx, e)
	if err != nil {
		return nil, err
	}
	var body batchAnswer
	if err := e.decode(got, &body); err != nil {
		return nil, err
	}
	items, err := body.items(count)
	if err != nil {
		return nil, lostAnswer(e, got, CodeUnreadable, err)
	}
	return items, nil
}

func countElements(list []byte) (int, error) {
	var elements []json.RawMessage
	err := json.Unmarshal(list, &elements)
	return len(elements), err
}

// batchAnswer names those refused by their place. Those taken come without it,
// in their order.
type batchAnswer struct {
	Data   []identity `json:"data"`
	Errors []struct {
		Index   *int   `json:"index"`
		Message string `json:"message"`
	} `json:"errors"`
}

// items gives each e-mail its own result. An answer that does not account for
// each of them tells nothing for sure.
func (a batchAnswer) items(count int) ([]BatchItem, error) {
	items := make([]BatchItem, count)
	refused := make(map[int]bool, len(a.Errors))
	for _, failure := range a.Errors {
		if failure.Index == nil || *failure.Index < 0 || *failure.Index >= count {
			return nil, errors.New("an error of the answer names no e-mail of the batch")
		}
		place := *failure.Index
		if refused[place] {
			items[place].Refusal += " "
		}
		items[place].Refusal += orUnsaid(plainText([]byte(failure.Message)))
		refused[place] = true
	}
	if len(a.Data)+len(refused) != count {
		return nil, fmt.Errorf("the answer has %d ids and %d errors for %d e-mails", len(a.Data), len(refused), count)
	}
	taken := 0
	for place := range items {
		if refused[place] {
			continue
		}
		items[place].EmailID = a.Data[taken].ID
		if items[place].EmailID == "" {
			return nil, errors.New("an id of the answer is empty")
		}
		taken++
	}
	return items, nil
}

func orUnsaid(message string) string {
	if message == "" {
		return "Resend refused it and did not say why."
	}
	return message
}
