package api

import (
	"strconv"
	"strings"

	"github.com/renoz/renoz/internal/crm"
)

// versionTag is the ETag of a version of a record.
func versionTag(version int64) string { return `"` + strconv.FormatInt(version, 10) + `"` }

// IfMatch is the condition of a change.
type IfMatch struct {
	IfMatch string `header:"If-Match" maxLength:"1000" doc:"The ETag of the version that was seen; the change is refused with 412 when there is a newer one."`
}

// meets returns an Error of kind Precondition when the version is none of those
// named. Weak tags never match, see
// https://www.rfc-editor.org/rfc/rfc9110#section-13.1.1
func (m IfMatch) meets(version int64) error {
	if m.IfMatch == "" || strings.TrimSpace(m.IfMatch) == "*" {
		return nil
	}
	for tag := range strings.SplitSeq(m.IfMatch, ",") {
		if strings.TrimSpace(tag) == versionTag(version) {
			return nil
		}
	}
	return crm.Errorf(crm.Precondition, "The record is at version %s and If-Match names another. Read it again and repeat your change.", versionTag(version))
}

// raced is the error of a change that lost against another between reading and
// writing: one of kind Precondition when the condition no longer holds.
func (m IfMatch) raced(err error, version func() (int64, error)) error {
	if m.IfMatch == "" || crm.KindOf(err) != crm.Conflict {
		return err
	}
	now, unread := version()
	if unread != nil {
		return err
	}
	if unmet := m.meets(now); unmet != nil {
		return unmet
	}
	return err
}

// versioned is an answer with a record that has versions.
type versioned[T any] struct {
	ETag string `header:"ETag" doc:"The version of the record, for If-Match."`
	Body T
}

// made is an answer with a new record.
type made[T any] struct {
	ETag     string `header:"ETag" doc:"The version of the record, for If-Match."`
	Location string `header:"Location" doc:"The address of what was made."`
	Body     T
}
