package xerosim

import (
	"encoding/json"
	"testing"
)

func FuzzParseWhere(f *testing.F) {
	for _, seed := range []string{`Type=="ACCREC" AND Date>=DateTime(2026,07,01)`, `Name.Contains("x")`, `((A==guid("b")))`, `A==null || B!=1.5`} {
		f.Add(seed)
	}
	f.Fuzz(func(_ *testing.T, text string) {
		test, err := parseWhere(text)
		if err == nil && test != nil {
			test(func(string) (any, bool) { return "text", true })
		}
	})
}

func FuzzParseAmount(f *testing.F) {
	for _, seed := range []string{"1", "-0.005", "1e3", "99999999999999999999", "1e-30", "0x10", ".5"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		a, err := ParseAmount(text)
		if err != nil {
			return
		}
		if again, err := ParseAmount(a.String()); err != nil || again != a {
			t.Errorf("%q is %d, and %s is %d (%v)", text, a, a, again, err)
		}
	})
}

func FuzzParseDate(f *testing.F) {
	for _, seed := range []string{"2026-11-22", "/Date(1795305600000+0000)/", "/Date(-1)/", "2026-11-22T10:00:00Z"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := ParseDate(text)
		if err != nil {
			return
		}
		raw, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		var again Date
		if err := json.Unmarshal(raw, &again); err != nil || !again.Equal(d.Time) {
			t.Errorf("%q became %s: %v", text, raw, err)
		}
	})
}

func TestAmounts(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"1": "1.00", "0.3333": "0.3333", "-0.5": "-0.50", "2.50505": "2.5051", "10.10": "10.10", "1.005": "1.005"} {
		a, err := ParseAmount(text)
		if err != nil || a.String() != want {
			t.Errorf("%s is %s (%v), want %s", text, a, err, want)
		}
	}
	for a, want := range map[Amount]string{10439_5500: "10,439.55", 0: "0.00", -1234567_8900: "−1,234,567.89", 100_0000: "100.00"} {
		if a.grouped() != want {
			t.Errorf("%d is %s, want %s", a, a.grouped(), want)
		}
	}
	for a, want := range map[Amount]int64{50: 1, 49: 0, -50: -1, 12345: 123} {
		if a.Cents() != want {
			t.Errorf("%d is %d cents, want %d", a, a.Cents(), want)
		}
	}
}
