package xeroapi

import (
	"encoding/json"
	"errors"
	"testing"
	"time"
)

func TestReadDate(t *testing.T) {
	t.Parallel()
	cases := []struct {
		text string
		want Date
	}{
		{`"/Date(1795305600000)/"`, Date{2026, 11, 22}},
		{`"/Date(1795305600000+0000)/"`, Date{2026, 11, 22}},
		{`"\/Date(1795305600000+0000)\/"`, Date{2026, 11, 22}},
		{`"/Date(1795262400000+1200)/"`, Date{2026, 11, 22}}, // noon of the 21st UTC, midnight there
		{`"/Date(-86400000)/"`, Date{1969, 12, 31}},
		{`"2026-11-22"`, Date{2026, 11, 22}}, {`"2026-11-22T00:00:00"`, Date{2026, 11, 22}},
		{`"2026-11-22T23:30:00+11:00"`, Date{2026, 11, 22}}, {`"2026-11-22T23:30:00Z"`, Date{2026, 11, 22}},
		{`null`, Date{}}, {`""`, Date{}},
		{`"/Date(-62135596800000+0000)/"`, Date{}}, // how .NET says "no date"
	}
	for _, c := range cases {
		var got Date
		if err := json.Unmarshal([]byte(c.text), &got); err != nil || got != c.want {
			t.Errorf("%s reads as %v, %v; want %v", c.text, got, err, c.want)
		}
	}
}

func TestReadTime(t *testing.T) {
	t.Parallel()
	want := time.Date(2026, 11, 22, 0, 44, 9, 923_000_000, time.UTC)
	for _, text := range []string{
		`"2026-11-22T00:44:09.923"`, `"2026-11-22T00:44:09.923Z"`, `"2026-11-22T11:44:09.923+11:00"`,
		`"/Date(1795308249923)/"`, `"/Date(1795308249923+0000)/"`, `"/Date(1795308249923+1100)/"`, `"2026-11-22T00:44:09.9230000"`,
	} {
		var got Time
		if err := json.Unmarshal([]byte(text), &got); err != nil || !got.Equal(want) || got.Location() != time.UTC {
			t.Errorf("%s reads as %v, %v; want %v", text, got, err, want)
		}
	}
}

func TestRefuseDate(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`"/Date()/"`, `"/Date(12"`, `"/Date(1+9999)/"`, `"/Date(999999999999999)/"`, `"/Date(9999999999999999)/"`,
		`"22/11/2026"`, `"2026-02-30"`, `"2026-1-2"`, `20261122`, `{}`,
	} {
		var date Date
		var at Time
		if err := json.Unmarshal([]byte(text), &date); !errors.Is(err, ErrDate) {
			t.Errorf("%s reads as %v, %v", text, date, err)
		}
		if err := json.Unmarshal([]byte(text), &at); !errors.Is(err, ErrDate) {
			t.Errorf("%s reads as %v, %v", text, at, err)
		}
	}
}

func TestWriteDate(t *testing.T) {
	t.Parallel()
	encoded, err := json.Marshal(struct {
		Day, NoDay Date
		At, Never  Time
		Left       Date `json:",omitzero"`
		Out        Time `json:",omitzero"`
	}{Day: Date{2026, 1, 2}, At: Time{testNow}})
	want := `{"Day":"2026-01-02","NoDay":null,"At":"2026-11-22T10:00:00Z","Never":null}`
	if err != nil || string(encoded) != want {
		t.Errorf("wrote %s, %v; want %s", encoded, err, want)
	}
}

func FuzzDate(f *testing.F) {
	for _, seed := range []string{"/Date(1795305600000+1300)/", "2026-11-22T00:00:00", "/Date(-1-0500)/", "0001-01-01", "9999-12-31T23:59:59-23:59"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		quoted, _ := json.Marshal(text)
		var date Date
		if json.Unmarshal(quoted, &date) != nil {
			return
		}
		written, err := json.Marshal(date)
		var again Date
		if err != nil || json.Unmarshal(written, &again) != nil || again != date {
			t.Fatalf("%q reads as %v, which is written %s and read as %v", text, date, written, again)
		}
	})
}
