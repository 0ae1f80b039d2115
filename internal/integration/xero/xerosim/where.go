package xerosim

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// condition decides about a record whose fields value returns by path.
type condition func(value func(path string) (any, bool)) bool

// token patterns of the where parameter:
// https://developer.xero.com/documentation/api/accounting/requests-and-responses#retrieving-a-smaller-lines-of-data
var whereToken = regexp.MustCompile(`^\s*("(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?|[A-Za-z_][A-Za-z0-9_.]*|==|!=|>=|<=|&&|\|\||[()<>,])`)

// parseWhere reads Type=="ACCREC" AND Date>=DateTime(2026,07,01) and the like; empty text means no condition.
func parseWhere(text string) (condition, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	if len(text) > 8000 {
		return nil, fmt.Errorf("the where parameter is too long")
	}
	p := whereParser{}
	for rest := text; strings.TrimSpace(rest) != ""; {
		found := whereToken.FindStringSubmatchIndex(rest)
		if found == nil {
			return nil, fmt.Errorf("the where parameter cannot be read at %q", rest)
		}
		p.tokens = append(p.tokens, rest[found[2]:found[3]])
		rest = rest[found[1]:]
	}
	result, err := p.either(0)
	if err != nil {
		return nil, err
	}
	if p.peek() != "" {
		return nil, fmt.Errorf("the where parameter has an unexpected %q", p.peek())
	}
	return result, nil
}

type whereParser struct {
	tokens []string
	at     int
}

func (p *whereParser) peek() string {
	if p.at >= len(p.tokens) {
		return ""
	}
	return p.tokens[p.at]
}

func (p *whereParser) take() string {
	token := p.peek()
	p.at++
	return token
}

func (p *whereParser) expect(token string) error {
	if got := p.take(); got != token {
		return fmt.Errorf("the where parameter needs %q and has %q", token, got)
	}
	return nil
}

func (p *whereParser) either(depth int) (condition, error) {
	left, err := p.both(depth)
	for err == nil && (strings.EqualFold(p.peek(), "OR") || p.peek() == "||") {
		p.take()
		var right condition
		first := left
		right, err = p.both(depth)
		left = func(v func(string) (any, bool)) bool { return first(v) || right(v) }
	}
	return left, err
}

func (p *whereParser) both(depth int) (condition, error) {
	left, err := p.single(depth)
	for err == nil && (strings.EqualFold(p.peek(), "AND") || p.peek() == "&&") {
		p.take()
		var right condition
		first := left
		right, err = p.single(depth)
		left = func(v func(string) (any, bool)) bool { return first(v) && right(v) }
	}
	return left, err
}

func (p *whereParser) single(depth int) (condition, error) {
	if depth > 20 {
		return nil, fmt.Errorf("the where parameter has too many brackets")
	}
	if p.peek() == "(" {
		p.take()
		inner, err := p.either(depth + 1)
		if err != nil {
			return nil, err
		}
		return inner, p.expect(")")
	}
	path := p.take()
	if path == "" || !(path[0] >= 'A' && path[0] <= 'Z') {
		return nil, fmt.Errorf("the where parameter needs a field name and has %q", path)
	}
	if p.peek() == "(" {
		return p.method(path)
	}
	operator := p.take()
	switch operator {
	case "==", "!=", ">", "<", ">=", "<=":
	default:
		return nil, fmt.Errorf("the where parameter needs a comparison after %s and has %q", path, operator)
	}
	wanted, err := p.literal()
	if err != nil {
		return nil, err
	}
	path = strings.TrimSuffix(path, ".Value")
	return func(value func(string) (any, bool)) bool {
		got, ok := value(path)
		return ok && holds(got, operator, wanted)
	}, nil
}

// method reads Name.Contains("x"), .StartsWith("x") and .EndsWith("x").
func (p *whereParser) method(path string) (condition, error) {
	dot := strings.LastIndexByte(path, '.')
	if dot < 0 {
		return nil, fmt.Errorf("the where parameter does not know %s(…)", path)
	}
	test := map[string]func(string, string) bool{"Contains": strings.Contains, "StartsWith": strings.HasPrefix, "EndsWith": strings.HasSuffix}[path[dot+1:]]
	if test == nil {
		return nil, fmt.Errorf("the where parameter does not know %s(…)", path)
	}
	p.take()
	wanted, err := p.literal()
	if err != nil {
		return nil, err
	}
	text, ok := wanted.(string)
	if !ok {
		return nil, fmt.Errorf("%s needs a text in quotes", path)
	}
	field := path[:dot]
	return func(value func(string) (any, bool)) bool {
		got, _ := value(field)
		have, _ := got.(string)
		return test(strings.ToLower(have), strings.ToLower(text))
	}, p.expect(")")
}

func (p *whereParser) literal() (any, error) {
	token := p.take()
	switch {
	case token == "":
		return nil, fmt.Errorf("the where parameter ends too early")
	case token[0] == '"':
		text, err := strconv.Unquote(token)
		if err != nil {
			return nil, fmt.Errorf("the where parameter has a bad text %s", token)
		}
		return text, nil
	case strings.EqualFold(token, "true"), strings.EqualFold(token, "false"):
		return strings.EqualFold(token, "true"), nil
	case strings.EqualFold(token, "null"):
		return nil, nil
	case strings.EqualFold(token, "guid"):
		return p.guid()
	case strings.EqualFold(token, "DateTime"):
		return p.dateTime()
	}
	number, err := ParseAmount(token)
	if err != nil {
		return nil, fmt.Errorf("the where parameter has an unknown value %q", token)
	}
	return number, nil
}

func (p *whereParser) guid() (any, error) {
	if err := p.expect("("); err != nil {
		return nil, err
	}
	text, err := strconv.Unquote(p.take())
	if err != nil {
		return nil, fmt.Errorf("guid needs a text in quotes")
	}
	return strings.ToLower(text), p.expect(")")
}

func (p *whereParser) dateTime() (any, error) {
	if err := p.expect("("); err != nil {
		return nil, err
	}
	parts := []int{0, 1, 1, 0, 0, 0}
	for i := 0; ; i++ {
		number, err := strconv.Atoi(p.take())
		if err != nil || i >= len(parts) {
			return nil, fmt.Errorf("DateTime needs year, month, day and at most hour, minute, second")
		}
		parts[i] = number
		switch p.take() {
		case ",":
		case ")":
			return &Date{time.Date(parts[0], time.Month(parts[1]), parts[2], parts[3], parts[4], parts[5], 0, time.UTC)}, nil
		default:
			return nil, fmt.Errorf("DateTime needs a closing bracket")
		}
	}
}

func holds(got any, operator string, wanted any) bool {
	if isNull(got) || isNull(wanted) {
		return (operator == "==") == (isNull(got) == isNull(wanted)) && (operator == "==" || operator == "!=")
	}
	order, ok := compare(got, wanted)
	if !ok {
		return operator == "!="
	}
	switch operator {
	case "==":
		return order == 0
	case "!=":
		return order != 0
	case ">":
		return order > 0
	case "<":
		return order < 0
	case ">=":
		return order >= 0
	}
	return order <= 0
}

func isNull(value any) bool {
	switch v := value.(type) {
	case nil:
		return true
	case *Date:
		return v == nil
	case string:
		return v == ""
	}
	return false
}

// compare orders two values of the same kind; texts are compared without regard to case.
func compare(a, b any) (int, bool) {
	switch left := a.(type) {
	case string:
		right, ok := b.(string)
		return strings.Compare(strings.ToLower(left), strings.ToLower(right)), ok
	case Amount:
		right, ok := b.(Amount)
		return int(min(1, max(-1, left-right))), ok
	case bool:
		right, ok := b.(bool)
		if left == right {
			return 0, ok
		}
		return 1, ok
	case *Date:
		right, ok := b.(*Date)
		if !ok || left == nil || right == nil {
			return 0, false
		}
		return left.Compare(right.Time), true
	}
	return 0, false
}
