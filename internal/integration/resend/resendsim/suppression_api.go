package resendsim

import (
	"fmt"
	"net/http"
	"strings"
)

// suppressionRow is a suppression as API and webhooks write it; only single answers carry object.
type suppressionRow struct {
	Object    string  `json:"object,omitempty"`
	ID        string  `json:"id"`
	Email     string  `json:"email"`
	Origin    string  `json:"origin"`
	SourceID  *string `json:"source_id"`
	CreatedAt string  `json:"created_at"`
}

func (r *Suppression) data() suppressionRow {
	return suppressionRow{ID: r.ID, Email: r.Email, Origin: r.Origin, SourceID: orNull(r.SourceID), CreatedAt: isoTime(r.CreatedAt)}
}

// suppressing serves a handler only where the account has the API at all.
func suppressing(handler func(*call) answer) func(*call) answer {
	return func(c *call) answer {
		if c.server.settings.NoSuppressions {
			return notFound("The requested endpoint").answer()
		}
		return handler(c)
	}
}

func (c *call) listSuppressions() answer {
	origin := c.r.URL.Query().Get("origin")
	if origin != "" && origin != originBounce && origin != originComplaint && origin != originManual {
		return invalid("The `origin` must be `bounce`, `complaint` or `manual`.").answer()
	}
	var rows []*Suppression
	for i := len(c.server.suppressions.order) - 1; i >= 0; i-- {
		if row := c.server.suppressions.order[i]; origin == "" || row.Origin == origin {
			rows = append(rows, row)
		}
	}
	return page(c, len(rows), func(i int) string { return rows[i].ID }, func(i int) any { return rows[i].data() })
}

func suppressibleAddress(text string) (string, *problem) {
	bare, ok := address(text)
	if !ok || bare != strings.ToLower(strings.TrimSpace(text)) {
		return "", invalid("Invalid `email` field. The email address needs to follow the `email@example.com` format.")
	}
	return bare, nil
}

func (c *call) addSuppression() answer {
	f, bad := readFields(c.body)
	if bad != nil {
		return bad.answer()
	}
	text, bad := f.text("email")
	if bad == nil && text == "" {
		bad = missing("email")
	}
	if bad != nil {
		return bad.answer()
	}
	bare, bad := suppressibleAddress(text)
	if bad != nil {
		return bad.answer()
	}
	row := c.server.suppress(bare, originManual, "", c.now)
	return jsonAnswer(http.StatusCreated, named{Object: "suppression", ID: row.ID})
}

type namedList struct {
	Data []named `json:"data"`
}

// mostSuppressed is the most addresses of one batch.
const mostSuppressed = 100

func suppressionBatch(list []string, name string) *problem {
	if len(list) == 0 || len(list) > mostSuppressed {
		return invalid(fmt.Sprintf("The `%s` field must have between 1 and %d entries.", name, mostSuppressed))
	}
	return nil
}

func (c *call) addSuppressions() answer {
	f, bad := readFields(c.body)
	if bad != nil {
		return bad.answer()
	}
	list, bad := f.list("emails")
	if bad == nil {
		bad = suppressionBatch(list, "emails")
	}
	if bad != nil {
		return bad.answer()
	}
	for i, text := range list {
		if list[i], bad = suppressibleAddress(text); bad != nil {
			return bad.answer()
		}
	}
	out := namedList{}
	for _, bare := range list {
		out.Data = append(out.Data, named{Object: "suppression", ID: c.server.suppress(bare, originManual, "", c.now).ID})
	}
	return jsonAnswer(http.StatusCreated, out)
}

// removeSuppressions takes emails or ids, never both; those that are not on the list are left out of the answer.
func (c *call) removeSuppressions() answer {
	f, bad := readFields(c.body)
	if bad != nil {
		return bad.answer()
	}
	if f.has("emails") == f.has("ids") {
		return invalid("Send either `emails` or `ids`.").answer()
	}
	name := "ids"
	if f.has("emails") {
		name = "emails"
	}
	list, bad := f.list(name)
	if bad == nil {
		bad = suppressionBatch(list, name)
	}
	if bad != nil {
		return bad.answer()
	}
	out := namedList{Data: []named{}}
	for _, key := range list {
		if row := c.server.suppressions.find(key); row != nil {
			c.server.release(row, c.now)
			out.Data = append(out.Data, named{Object: "suppression", ID: row.ID, Deleted: true})
		}
	}
	return jsonAnswer(http.StatusOK, out)
}

// find takes an id or an address.
func (l *suppressions) find(key string) *Suppression {
	if row := l.byID[key]; row != nil {
		return row
	}
	return l.byEmail[strings.ToLower(key)]
}

func (c *call) suppression() (*Suppression, *problem) {
	if row := c.server.suppressions.find(c.r.PathValue("id")); row != nil {
		return row, nil
	}
	return nil, notFound("Suppression")
}

func (c *call) getSuppression() answer {
	row, bad := c.suppression()
	if bad != nil {
		return bad.answer()
	}
	out := row.data()
	out.Object = "suppression"
	return jsonAnswer(http.StatusOK, out)
}

func (c *call) deleteSuppression() answer {
	row, bad := c.suppression()
	if bad != nil {
		return bad.answer()
	}
	c.server.release(row, c.now)
	return jsonAnswer(http.StatusOK, named{Object: "suppression", ID: row.ID, Deleted: true})
}
