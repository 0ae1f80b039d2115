package claudesim

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
)

// digest is a running hash: of a prefix and what is added to it.
type digest [sha256.Size]byte

func (d digest) add(piece []byte) digest {
	hash := sha256.New()
	hash.Write(d[:])
	hash.Write(piece)
	var out digest
	hash.Sum(out[:0])
	return out
}

// signature is what a thinking block carries. It covers the block's text and everything before it but thinking, and
// names the thinking block before it: earlier thinking may be left out from the start of a history, never from its
// middle.
// https://platform.claude.com/docs/en/build-with-claude/preserved-thinking/prefix-checks
type signature struct {
	model, account [4]byte
	before         [12]byte // what came before, thinking aside
	previous       [8]byte  // mac of the thinking block before it; zero when there was none
	tokens         int      // of what was thought
	mac            [16]byte
}

const signatureSize = 1 + 4 + 4 + 12 + 8 + 4 + 16

// sealed is everything but the mac.
func (g signature) sealed() []byte {
	out := append([]byte{1}, g.model[:]...)
	out = append(out, g.account[:]...)
	out = append(out, g.before[:]...)
	out = append(out, g.previous[:]...)
	return binary.BigEndian.AppendUint32(out, uint32(min(max(g.tokens, 0), 1<<30)))
}

func (g signature) text() string {
	return base64.StdEncoding.EncodeToString(append(g.sealed(), g.mac[:]...))
}

func openSignature(text string) (g signature, ok bool) {
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(raw) != signatureSize || raw[0] != 1 {
		return g, false
	}
	copy(g.model[:], raw[1:])
	copy(g.account[:], raw[5:])
	copy(g.before[:], raw[9:])
	copy(g.previous[:], raw[21:])
	g.tokens = int(binary.BigEndian.Uint32(raw[29:]) & (1<<30 - 1))
	copy(g.mac[:], raw[33:])
	return g, true
}

func short(text string) (out [4]byte) {
	sum := sha256.Sum256([]byte(text))
	copy(out[:], sum[:])
	return out
}

// sign signs what was shown of a thought.
func (s *Server) sign(g signature, shown string) (out [16]byte) {
	mac := hmac.New(sha256.New, fmt.Appendf(nil, "thinking of simulator %d", s.opts.Seed))
	mac.Write(g.sealed())
	mac.Write([]byte(shown))
	copy(out[:], mac.Sum(nil))
	return out
}

// thread follows a conversation block by block, for the signatures in it.
type thread struct {
	said     digest
	previous [8]byte
}

func (t *thread) say(role string, b Block) {
	if b.bound != nil {
		t.said = t.said.add(append([]byte(role+"\x00"), b.bound...))
	}
}

// begin is a thread before the first message.
func (r *Request) begin() thread {
	var t thread
	for _, tool := range r.Tools {
		t.said = t.said.add(tool.exact)
	}
	t.said = t.said.add(nil)
	for _, b := range r.System {
		t.say("system", b)
	}
	return t
}

// think makes a thinking block that follows the thread.
func (s *Server) think(r *Request, t *thread, thought, shown string) Block {
	g := signature{model: short(r.model.ID), account: short(r.account), previous: t.previous, tokens: r.model.count(thought)}
	copy(g.before[:], t.said[:])
	g.mac = s.sign(g, shown)
	copy(t.previous[:], g.mac[:])
	return Block{Type: "thinking", Text: shown, Signature: g.text()}
}

// checkSignatures looks at every thinking block. What this model or account cannot read drops silently; what was said
// to another prefix is refused, or drops where the client or an older account wants it so.
func (s *Server) checkSignatures(r *Request) *problem {
	t := r.begin()
	lenient := s.Settings().OldAccount || r.Thinking.Drop
	for i := range r.Messages {
		m := &r.Messages[i]
		kept := make([]Block, 0, len(m.Blocks))
		for _, b := range m.Blocks {
			if b.Type != "thinking" && b.Type != "redacted_thinking" {
				t.say(m.Role, b)
				kept = append(kept, b)
				continue
			}
			g, ok := openSignature(b.Signature)
			if !ok || b.Type == "redacted_thinking" || s.sign(g, b.Text) != g.mac {
				return at(b.place, "Invalid `signature` in `thinking` block")
			}
			fits := [12]byte(t.said[:12]) == g.before && (t.previous == [8]byte{} || t.previous == g.previous)
			switch {
			case g.model != short(r.model.ID), r.model.OwnThinking && g.account != short(r.account):
			case fits || !r.model.Bound:
				kept = append(kept, b)
				copy(t.previous[:], g.mac[:])
			case !lenient:
				return at(b.place, "Invalid `signature` in `thinking` block. The block is bound to a different conversation. Remove the block, or set `thinking.block_binding.prefix_mismatch_behavior` to \"drop_block\".")
			}
		}
		m.Blocks = kept
	}
	return nil
}

// follow is the thread after the last message, where the answer begins.
func (r *Request) follow() thread {
	t := r.begin()
	for _, m := range r.Messages {
		for _, b := range m.Blocks {
			t.say(m.Role, b)
			if g, ok := openSignature(b.Signature); ok && b.Type == "thinking" {
				copy(t.previous[:], g.mac[:])
			}
		}
	}
	return t
}

// spoken is a digest of what an assistant said, to know a paused turn again.
func spoken(blocks []Block) digest {
	var t thread
	for _, b := range blocks {
		t.say("assistant", b)
	}
	return t.said
}
