package resendapi

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Encode writes the e-mail as it will be sent. Keep the bytes with their key
// and give them to SendEncoded each time: Resend compares what comes under a
// key with what came first. An e-mail that breaks a documented rule is KindFix
// with Problems.
func Encode(m Message) ([]byte, error) {
	const op = "encode the e-mail"
	if problems := m.check(0); len(problems) > 0 {
		return nil, refused(op, problems)
	}
	encoded, err := encode(m)
	if err != nil {
		return nil, badRequest(op, "it cannot be written as JSON")
	}
	return encoded, nil
}

// EncodeBatch writes 1 to 100 e-mails as they will be sent by SendBatchEncoded.
// Attachments cannot be sent in a batch, although the API's description lets
// them. Problems tell by Index which e-mails are at fault.
// https://resend.com/docs/api-reference/emails/send-batch-emails
func EncodeBatch(messages []Message) ([]byte, error) {
	const op = "encode the batch"
	if len(messages) == 0 || len(messages) > MaxBatch {
		return nil, tooMany(op, len(messages))
	}
	var problems []Problem
	for i, message := range messages {
		problems = append(problems, message.check(i)...)
		if len(message.Attachments) > 0 {
			problems = append(problems, Problem{Index: i, Field: "attachments", Message: "an e-mail of a batch has no attachments"})
		}
	}
	if len(problems) > 0 {
		return nil, refused(op, problems)
	}
	encoded, err := encode(messages)
	if err != nil {
		return nil, badRequest(op, "it cannot be written as JSON")
	}
	return encoded, nil
}

func refused(op string, problems []Problem) *Error {
	return &Error{
		Kind: KindFix, Op: op, Code: CodeRule, Problems: problems, notSent: true, sends: true,
		cause: fmt.Errorf("%d rules are broken, the first about %q", len(problems), problems[0].Field),
	}
}

// encode writes JSON the same way each time, names of maps in order, and leaves
// HTML as it is: escaped, each "<" would take six bytes.
func encode(value any) ([]byte, error) {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(buffer.Bytes(), []byte("\n")), nil
}
