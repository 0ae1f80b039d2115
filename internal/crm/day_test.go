package crm

import (
	"encoding/json"
	"testing"
	"time"
)

func TestParseDay(t *testing.T) {
	t.Parallel()
	want := NewDay(2026, time.November, 2)
	for _, text := range []string{"2026-11-02", "02/11/2026", "2/11/2026", " 2026-11-02 "} {
		if got, err := ParseDay(text); err != nil || got != want {
			t.Errorf("ParseDay(%q) = %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "2026-02-29", "31/04/2026", "11/22/2026", "0026-11-22", "3000-01-01", "2026-11-22T00:00:00Z", "22.11.2026"} {
		if got, err := ParseDay(text); KindOf(err) != Invalid || err == nil {
			t.Errorf("ParseDay(%q) = %v, %v", text, got, err)
		}
	}
}

func TestDay(t *testing.T) {
	t.Parallel()
	sydney, err := time.LoadLocation("Australia/Sydney")
	if err != nil {
		t.Fatal(err)
	}
	late := time.Date(2026, time.November, 21, 14, 0, 0, 0, time.UTC)
	day := DayIn(late, sydney)
	if day.String() != "2026-11-22" || day.Format() != "22/11/2026" {
		t.Errorf("day = %s, %s", day, day.Format())
	}
	if due := day.AddDays(30); due.String() != "2026-12-22" || day.DaysUntil(due) != 30 || !day.Before(due) || !due.After(day) {
		t.Errorf("30 days later is %s", due)
	}
	if !day.Time(sydney).Equal(time.Date(2026, time.November, 21, 13, 0, 0, 0, time.UTC)) {
		t.Errorf("the day begins at %v", day.Time(sydney))
	}
	var none Day
	if none.String() != "" || none.Format() != "" || !none.IsZero() || !none.AddDays(3).IsZero() || !none.Time(sydney).IsZero() || !none.Before(day) {
		t.Error("no day is not no day")
	}
}

func TestDayColumn(t *testing.T) {
	t.Parallel()
	want := NewDay(2026, time.July, 1)
	for _, column := range []any{"2026-07-01", []byte("2026-07-01"), time.Date(2026, 7, 1, 23, 0, 0, 0, time.UTC)} {
		var got Day
		if err := got.Scan(column); err != nil || got != want {
			t.Errorf("Scan(%v) = %v, %v", column, got, err)
		}
	}
	for _, column := range []any{nil, ""} {
		got := want
		if err := got.Scan(column); err != nil || !got.IsZero() {
			t.Errorf("Scan(%v) = %v, %v", column, got, err)
		}
	}
	for _, column := range []any{"01/07/2026", 7, "x"} {
		if err := new(Day).Scan(column); err == nil {
			t.Errorf("Scan(%v) works", column)
		}
	}
	if value, err := want.Value(); err != nil || value != "2026-07-01" {
		t.Errorf("Value = %v, %v", value, err)
	}
}

func TestDayInJSON(t *testing.T) {
	t.Parallel()
	type shape struct {
		On    Day
		Never Day
		Maybe *Day
	}
	text, err := json.Marshal(shape{On: NewDay(2026, 7, 1)})
	if err != nil || string(text) != `{"On":"2026-07-01","Never":null,"Maybe":null}` {
		t.Errorf("wrote %s, %v", text, err)
	}
	var back shape
	if err := json.Unmarshal(text, &back); err != nil || back.On != NewDay(2026, 7, 1) {
		t.Errorf("read %+v, %v", back, err)
	}
	if err := json.Unmarshal([]byte(`{"On":"01/07/2026"}`), &back); KindOf(err) != Invalid {
		t.Errorf("a slashed day from a program: %v", err)
	}
}

func FuzzParseDay(f *testing.F) {
	f.Add("2026-11-22")
	f.Add("1/7/2026")
	f.Fuzz(func(t *testing.T, text string) {
		day, err := ParseDay(text)
		if err != nil {
			return
		}
		for _, written := range []string{day.String(), day.Format()} {
			if again, err := ParseDay(written); err != nil || again != day {
				t.Fatalf("%q is %s, but %q is %s, %v", text, day, written, again, err)
			}
		}
	})
}
