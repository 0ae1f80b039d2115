package crm

// InertCell keeps a spreadsheet that opens a CSV file from reading text as a
// formula. https://owasp.org/www-community/attacks/CSV_Injection
func InertCell(text string) string {
	if text == "" {
		return ""
	}
	switch text[0] {
	case '=', '+', '-', '@', '\t', '\r':
		return "'" + text
	}
	return text
}
