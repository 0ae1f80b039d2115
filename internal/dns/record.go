package dns

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"

	"golang.org/x/net/dns/dnsmessage"
)

// typeCAA says who may make certificates.
// https://www.rfc-editor.org/rfc/rfc8659#section-4.1
const typeCAA dnsmessage.Type = 257

// sameQuestion compares names as DNS does, whatever their letters.
func sameQuestion(a, b dnsmessage.Question) bool {
	return a.Type == b.Type && a.Class == b.Class && strings.EqualFold(a.Name.String(), b.Name.String())
}

// values are the records of a type in an answer. Where the name is an alias,
// they are those that it leads to.
func values(p *dnsmessage.Parser, kind dnsmessage.Type) ([]string, error) {
	var found []string
	for {
		h, err := p.AnswerHeader()
		if errors.Is(err, dnsmessage.ErrSectionDone) {
			return found, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read the answer: %w", err)
		}
		if h.Type != kind || h.Class != dnsmessage.ClassINET {
			if err := p.SkipAnswer(); err != nil {
				return nil, fmt.Errorf("read the answer: %w", err)
			}
			continue
		}
		text, err := value(p, kind)
		if err != nil {
			return nil, fmt.Errorf("read the answer: %w", err)
		}
		found = append(found, text)
	}
}

func value(p *dnsmessage.Parser, kind dnsmessage.Type) (string, error) {
	switch kind {
	case dnsmessage.TypeTXT:
		r, err := p.TXTResource()
		return strings.Join(r.TXT, ""), err
	case dnsmessage.TypeMX:
		r, err := p.MXResource()
		return fmt.Sprintf("%d %s", r.Pref, plain(r.MX)), err
	case dnsmessage.TypeCNAME:
		r, err := p.CNAMEResource()
		return plain(r.CNAME), err
	case dnsmessage.TypeA:
		r, err := p.AResource()
		return netip.AddrFrom4(r.A).String(), err
	case dnsmessage.TypeAAAA:
		r, err := p.AAAAResource()
		return netip.AddrFrom16(r.AAAA).String(), err
	default:
		r, err := p.UnknownResource()
		if err != nil {
			return "", err
		}
		return caa(r.Data)
	}
}

func plain(n dnsmessage.Name) string { return strings.TrimSuffix(n.String(), ".") }

// caa reads flags, a tag with its length before it, and the value.
func caa(data []byte) (string, error) {
	if len(data) < 2 || len(data) < 2+int(data[1]) {
		return "", errors.New("a CAA record is cut off")
	}
	tag, rest := data[2:2+int(data[1])], data[2+int(data[1]):]
	return fmt.Sprintf("%d %s %q", data[0], strings.ToLower(string(tag)), rest), nil
}
