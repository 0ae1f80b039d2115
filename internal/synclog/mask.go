package synclog

import (
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// MaxBody is how much of a request or response is kept, in bytes.
const MaxBody = 32 << 10

const masked = "•••"

// secret and personal name JSON fields, in lower case, whose values are never
// kept whole.
var secret = map[string]bool{
	"access_token": true, "refresh_token": true, "id_token": true, "client_secret": true, "code": true,
	"code_verifier": true, "password": true, "token": true, "authorization": true,
}

var personal = map[string]bool{
	"emailaddress": true, "email": true, "firstname": true, "lastname": true, "phonenumber": true, "phoneareacode": true,
	"phonecountrycode": true, "addressline1": true, "addressline2": true, "addressline3": true, "addressline4": true,
	"taxnumber": true, "bankaccountdetails": true, "skypeusername": true, "attentionto": true,
}

// Mask replaces secrets and personal data in a JSON text, and cuts it at
// MaxBody. Text that is not JSON is cut only when it is short enough to be a
// message and dropped otherwise, because nobody knows what it holds.
func Mask(body []byte) string {
	if len(body) == 0 {
		return ""
	}
	var v any
	d := json.NewDecoder(strings.NewReader(string(body)))
	d.UseNumber()
	if d.Decode(&v) != nil {
		return plain(body)
	}
	out, err := json.Marshal(mask(v))
	if err != nil {
		return ""
	}
	return clip(string(out))
}

func plain(body []byte) string {
	const message = 300
	if len(body) > message || !utf8.Valid(body) || strings.ContainsAny(string(body), "=@") {
		return "(not JSON, not kept)"
	}
	return string(body)
}

func mask(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for name, value := range v {
			v[name] = maskField(strings.ToLower(name), value)
		}
	case []any:
		for i := range v {
			v[i] = mask(v[i])
		}
	}
	return v
}

func maskField(name string, value any) any {
	text, isText := value.(string)
	switch {
	case secret[name]:
		return masked
	case personal[name] && isText && text != "":
		return hint(text)
	case isText:
		return value
	default:
		return mask(value)
	}
}

// hint leaves the first letter, so that people can tell entries apart.
func hint(text string) string {
	_, size := utf8.DecodeRuneInString(text)
	return text[:size] + masked
}

func clip(text string) string {
	if len(text) <= MaxBody {
		return text
	}
	cut := MaxBody
	for cut > 0 && !utf8.RuneStart(text[cut]) {
		cut--
	}
	return text[:cut] + "…"
}
