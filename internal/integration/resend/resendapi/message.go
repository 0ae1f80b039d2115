package resendapi

import "time"

// Message is an e-mail to be sent.
// https://resend.com/docs/api-reference/emails/send-email
type Message struct {
	// From is an address of a domain that is verified at Resend, with or
	// without a name. It and Subject may be left out when a template has them.
	From    string    `json:"from,omitempty"`
	To      Addresses `json:"to"` // 1 to 50
	Cc      Addresses `json:"cc,omitempty"`
	Bcc     Addresses `json:"bcc,omitempty"`
	ReplyTo Addresses `json:"reply_to,omitempty"`
	Subject string    `json:"subject,omitempty"`

	HTML string `json:"html,omitempty"`
	// Text is the plain form. Resend makes one of the HTML when it is nil, and
	// sends none when it points to "".
	Text *string `json:"text,omitempty"`
	// Template takes the place of HTML and Text. Resend fills it when it sends,
	// so an e-mail made with one is not frozen.
	Template *Template `json:"template,omitempty"`

	Headers     map[string]string `json:"headers,omitempty"`
	Tags        []Tag             `json:"tags,omitempty"` // come back with every webhook
	Attachments []Attachment      `json:"attachments,omitempty"`
	ScheduledAt Time              `json:"scheduled_at,omitzero"` // at most 30 days ahead
	// TopicID names what the e-mail is about. Resend drops it silently when the
	// recipient is a contact who opted out of the topic.
	TopicID string `json:"topic_id,omitempty"`
}

// Template is a published template of Resend's.
type Template struct {
	ID        string         `json:"id"`
	Variables map[string]any `json:"variables,omitempty"` // texts and numbers
}

// Tag is a name and a value of 1 to 256 ASCII letters, digits, "_" and "-".
type Tag struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Attachment is a file that goes with an e-mail: its content, or the address
// from which Resend fetches it.
type Attachment struct {
	Filename    string `json:"filename,omitempty"`
	Content     []byte `json:"content,omitempty"` // written as base64
	Path        string `json:"path,omitempty"`
	ContentType string `json:"content_type,omitempty"` // of the file name when empty
	ContentID   string `json:"content_id,omitempty"`   // for "cid:" in the HTML
}

// Text makes the plain form of a Message; Text("") sends none.
func Text(plain string) *string { return &plain }

// At is a moment for Message.ScheduledAt.
func At(moment time.Time) Time { return Time{moment} }
