package resendsim

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"mime"
	"net/http"
	"net/url"
	"path"
	"time"

	"github.com/google/uuid"
)

// mostAttached is the most that all attachments of a message may take once they are base64.
const mostAttached = 40 << 20

func badAttachment(message string) *problem {
	return &problem{http.StatusUnprocessableEntity, "invalid_attachment", message}
}

func readAttachments(f fields, e *Email) *problem {
	list, bad := f.objects("attachments")
	if bad != nil {
		return bad
	}
	total := 0
	for _, one := range list {
		a, bad := readAttachment(one)
		if bad != nil {
			return bad
		}
		if total += base64.StdEncoding.EncodedLen(len(a.Content)); total > mostAttached {
			return badAttachment("The attachments must not be larger than 40 MB after Base64 encoding.")
		}
		e.Attachments = append(e.Attachments, a)
	}
	return nil
}

func readAttachment(f fields) (a Attachment, bad *problem) {
	a.ID = uuid.NewString()
	if bad = f.texts(into{"filename", &a.Filename}, into{"content_type", &a.ContentType}, into{"content_id", &a.ContentID}, into{"path", &a.URL}); bad != nil {
		return a, bad
	}
	switch {
	case f.has("content"):
		if a.Content, bad = readContentBytes(f["content"]); bad != nil {
			return a, bad
		}
	case a.URL == "":
		return a, badAttachment("Attachment must have either a `content` or `path`.")
	default:
		from, err := url.Parse(a.URL)
		if err != nil || from.Host == "" || (from.Scheme != "http" && from.Scheme != "https") {
			return a, badAttachment("The `path` of an attachment must be a URL.")
		}
		if a.Filename == "" {
			a.Filename = path.Base(from.Path)
		}
	}
	if a.ContentType == "" {
		a.ContentType = mime.TypeByExtension(path.Ext(a.Filename))
	}
	if a.ContentType == "" {
		a.ContentType = "application/octet-stream"
	}
	return a, nil
}

// readContentBytes takes base64, or the bytes as numbers: Go's official client sends a list of them, Node's
// Buffer becomes {"type":"Buffer","data":[…]}.
func readContentBytes(raw json.RawMessage) ([]byte, *problem) {
	unreadable := badAttachment("The `content` of an attachment must be Base64.")
	raw = bytes.TrimSpace(raw)
	switch raw[0] {
	case '"':
		text := raw[1 : len(raw)-1] // base64 needs no unquoting, but some encoders write \/
		if bytes.ContainsRune(text, '\\') {
			text = bytes.ReplaceAll(text, []byte(`\/`), []byte("/"))
		}
		content := make([]byte, base64.StdEncoding.DecodedLen(len(text)))
		n, err := base64.StdEncoding.Decode(content, text)
		if err != nil {
			return nil, unreadable
		}
		return content[:n], nil
	case '{':
		buffer, bad := readFields(raw)
		if bad != nil || !buffer.has("data") {
			return nil, unreadable
		}
		raw = buffer["data"]
	}
	var content []byte
	if err := json.Unmarshal(raw, &content); err != nil {
		return nil, unreadable
	}
	return content, nil
}

// attachmentRow is a file as the API lists it.
type attachmentRow struct {
	Object      string  `json:"object,omitempty"`
	ID          string  `json:"id"`
	Filename    *string `json:"filename"`
	ContentType string  `json:"content_type"`
	ContentID   string  `json:"content_id,omitempty"`
	Disposition string  `json:"content_disposition"`
	DownloadURL string  `json:"download_url"`
	ExpiresAt   string  `json:"expires_at"`
	Size        int     `json:"size"`
}

func (c *call) attachmentRow(e *Email, a Attachment) attachmentRow {
	row := attachmentRow{ID: a.ID, Filename: orNull(a.Filename), ContentType: a.ContentType, ContentID: a.ContentID, Disposition: "attachment",
		DownloadURL: c.server.base(c.r) + "/inbox/" + e.ID + "/attachments/" + a.ID, ExpiresAt: isoTime(c.now.Add(time.Hour)), Size: len(a.Content)}
	if a.ContentID != "" {
		row.Disposition = "inline"
	}
	return row
}

func (c *call) listAttachments() answer {
	e, bad := c.email()
	if bad != nil {
		return bad.answer()
	}
	return page(c, len(e.Attachments), func(i int) string { return e.Attachments[i].ID },
		func(i int) any { return c.attachmentRow(e, e.Attachments[i]) })
}

func (c *call) getAttachment() answer {
	e, bad := c.email()
	if bad != nil {
		return bad.answer()
	}
	for _, a := range e.Attachments {
		if a.ID == c.r.PathValue("attachment") {
			row := c.attachmentRow(e, a)
			row.Object = "attachment"
			return jsonAnswer(http.StatusOK, row)
		}
	}
	return notFound("Attachment").answer()
}
