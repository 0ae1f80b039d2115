package crmpages

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"fmt"
	"io"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/records"
)

// packed is a file as a field of a form.
func packed(file []byte) (string, error) {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(file); err != nil {
		return "", fmt.Errorf("pack a file: %w", err)
	}
	if err := w.Close(); err != nil {
		return "", fmt.Errorf("pack a file: %w", err)
	}
	return base64.StdEncoding.EncodeToString(b.Bytes()), nil
}

// unpacked is the file of a field, up to twice as large as one that is
// imported: refused lines have their reasons besides. It returns an Error of
// kind Invalid for any other text, and one of kind TooLarge for a larger file.
func unpacked(field string) ([]byte, error) {
	raw, err := base64.StdEncoding.DecodeString(field)
	if err != nil {
		return nil, errUnpacked(err)
	}
	r, err := gzip.NewReader(bytes.NewReader(raw))
	if err != nil {
		return nil, errUnpacked(err)
	}
	file, err := io.ReadAll(io.LimitReader(r, 2*records.MaxImportBytes+1))
	if err != nil {
		return nil, errUnpacked(err)
	}
	if len(file) > 2*records.MaxImportBytes {
		return nil, records.ImportTooLarge()
	}
	return file, nil
}

func errUnpacked(cause error) error {
	return &crm.Error{Kind: crm.Invalid, Message: "The file did not arrive whole. Choose it again.", Cause: cause}
}
