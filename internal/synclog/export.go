package synclog

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/renoz/renoz/internal/crm"
)

// Format is how a file of entries is written.
type Format string

// The formats.
const (
	CSV       Format = "csv"   // comma-separated values, with a line of names first
	JSONLines Format = "jsonl" // a JSON object a line
)

// MediaType is what the file is for a browser or a program.
func (f Format) MediaType() string {
	if f == JSONLines {
		return "application/jsonl"
	}
	return "text/csv; charset=utf-8"
}

// exportBatch is how many entries are read at once.
const exportBatch = 200

// Export is a stretch of the history on its way to a file, the newest entry
// first.
type Export struct {
	filter Filter
	rows   []Entry
	read   func(Filter) ([]Entry, error)
}

// NewExport reads the first entries that a filter selects, so that what cannot
// be read is known before a file is begun.
func NewExport(f Filter, read func(Filter) ([]Entry, error)) (*Export, error) {
	f.Limit = exportBatch
	rows, err := read(f)
	return &Export{f, rows, read}, err
}

// WriteIn writes all entries in a format, batch by batch.
func (x *Export) WriteIn(f Format, w io.Writer) error {
	out := exporter(csvFile{csv.NewWriter(w)})
	if f == JSONLines {
		out = jsonLines{json.NewEncoder(w)}
	}
	if err := out.begin(); err != nil {
		return fmt.Errorf("write the history: %w", err)
	}
	for rows := x.rows; len(rows) > 0; {
		for _, e := range rows {
			if err := out.write(e); err != nil {
				return fmt.Errorf("write the history: %w", err)
			}
		}
		var err error
		x.filter.Before = rows[len(rows)-1].ID
		if rows, err = x.read(x.filter); err != nil {
			return err
		}
	}
	return out.end()
}

// exporter writes entries to a file of one format.
type exporter interface {
	begin() error
	write(e Entry) error
	end() error
}

type csvFile struct{ *csv.Writer }

func (f csvFile) begin() error {
	return f.Write([]string{"time", "direction", "entity", "record", "label", "action", "status", "error", "attempt", "who", "http_status", "milliseconds"})
}

func (f csvFile) write(e Entry) error {
	return f.Write([]string{
		e.At.UTC().Format(time.RFC3339), string(e.Direction), e.EntityType, e.EntityID, crm.InertCell(e.Label), string(e.Action), string(e.Status),
		crm.InertCell(e.Error), strconv.Itoa(e.Attempt), crm.InertCell(e.Actor), strconv.Itoa(e.HTTPStatus), strconv.FormatInt(e.Duration.Milliseconds(), 10),
	})
}

func (f csvFile) end() error {
	f.Flush()
	return f.Error()
}

type jsonLines struct{ *json.Encoder }

func (jsonLines) begin() error { return nil }
func (jsonLines) end() error   { return nil }

func (f jsonLines) write(e Entry) error {
	return f.Encode(struct {
		Time         time.Time `json:"time"`
		Direction    Direction `json:"direction"`
		Entity       string    `json:"entity"`
		Record       string    `json:"record"`
		Label        string    `json:"label"`
		Action       Action    `json:"action"`
		Status       Status    `json:"status"`
		Error        string    `json:"error,omitempty"`
		Attempt      int       `json:"attempt"`
		Who          string    `json:"who"`
		HTTPStatus   int       `json:"http_status,omitempty"`
		Milliseconds int64     `json:"milliseconds"`
	}{e.At.UTC(), e.Direction, e.EntityType, e.EntityID, e.Label, e.Action, e.Status, e.Error, e.Attempt, e.Actor, e.HTTPStatus, e.Duration.Milliseconds()})
}
