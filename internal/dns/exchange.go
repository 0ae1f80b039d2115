package dns

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// datagram is the largest answer that is taken by UDP, in bytes; a longer one is
// asked for by TCP. https://www.dnsflagday.net/2020/
const datagram = 1232

// errLong says that an answer has to be asked for by TCP.
var errLong = errors.New("the answer does not fit into a datagram")

// ask asks one server, by UDP and where the answer is long by TCP.
func ask(ctx context.Context, server string, q dnsmessage.Question) ([]string, error) {
	found, err := askBy(ctx, "udp", server, q)
	if errors.Is(err, errLong) {
		return askBy(ctx, "tcp", server, q)
	}
	return found, err
}

func askBy(ctx context.Context, network, server string, q dnsmessage.Question) ([]string, error) {
	id := uint16(rand.Uint32()) // #nosec G404 G115 -- seeded by the system; the port is random as well
	query, err := pack(id, q)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, network, server)
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close() }() // the answer is there, or the error
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	if network == "tcp" {
		return overStream(conn, id, q, query)
	}
	return overDatagrams(conn, id, q, query)
}

// overDatagrams waits for the answer to the question; what answers another one
// does not count.
func overDatagrams(conn net.Conn, id uint16, q dnsmessage.Question, query []byte) ([]string, error) {
	if _, err := conn.Write(query); err != nil {
		return nil, err
	}
	buffer := make([]byte, datagram)
	for {
		n, err := conn.Read(buffer)
		if err != nil {
			return nil, err
		}
		found, ours, err := unpack(buffer[:n], id, q)
		if ours {
			return found, err
		}
	}
}

// overStream sends the length before each message.
// https://www.rfc-editor.org/rfc/rfc7766#section-8
func overStream(conn net.Conn, id uint16, q dnsmessage.Question, query []byte) ([]string, error) {
	framed := append(binary.BigEndian.AppendUint16(nil, uint16(len(query))), query...) // #nosec G115 -- a question is short
	if _, err := conn.Write(framed); err != nil {
		return nil, err
	}
	var length [2]byte
	if _, err := io.ReadFull(conn, length[:]); err != nil {
		return nil, err
	}
	message := make([]byte, binary.BigEndian.Uint16(length[:]))
	if _, err := io.ReadFull(conn, message); err != nil {
		return nil, err
	}
	found, ours, err := unpack(message, id, q)
	if !ours {
		return nil, errors.New("the server answered another question")
	}
	return found, err
}

func pack(id uint16, q dnsmessage.Question) ([]byte, error) {
	b := dnsmessage.NewBuilder(nil, dnsmessage.Header{ID: id, RecursionDesired: true})
	b.EnableCompression()
	var room dnsmessage.ResourceHeader
	err := errors.Join(b.StartQuestions(), b.Question(q), b.StartAdditionals(), room.SetEDNS0(datagram, dnsmessage.RCodeSuccess, false))
	if err == nil {
		err = b.OPTResource(room, dnsmessage.OPTResource{})
	}
	if err != nil {
		return nil, fmt.Errorf("write the question: %w", err)
	}
	return b.Finish()
}

// unpack reads an answer. ours is false for one to another question.
func unpack(message []byte, id uint16, q dnsmessage.Question) (found []string, ours bool, err error) {
	var p dnsmessage.Parser
	header, err := p.Start(message)
	if err != nil || header.ID != id || !header.Response {
		return nil, false, nil
	}
	asked, err := p.Question()
	if err != nil || !sameQuestion(asked, q) || p.SkipAllQuestions() != nil {
		return nil, false, nil
	}
	switch {
	case header.Truncated:
		return nil, true, errLong
	case header.RCode == dnsmessage.RCodeNameError:
		return nil, true, nil
	case header.RCode != dnsmessage.RCodeSuccess:
		return nil, true, fmt.Errorf("the server answered %s", header.RCode)
	}
	found, err = values(&p, q.Type)
	return found, true, err
}
