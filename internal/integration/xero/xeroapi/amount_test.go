package xeroapi

import (
	"encoding/json"
	"errors"
	"math"
	"math/big"
	"strings"
	"testing"
)

func TestReadMoney(t *testing.T) {
	t.Parallel()
	cases := []struct {
		text string
		want Money
	}{
		{`10439.55`, 1_043_955}, {`0`, 0}, {`-0.00`, 0}, {`5`, 500}, {`"12.50"`, 1250}, {`" 7 "`, 700}, {`""`, 0}, {`null`, 0},
		{`1.5e3`, 150_000}, {`1.5E+3`, 150_000}, {`1250e-2`, 1250}, {`1e-400`, 0}, {`0e999999999999`, 0}, {`0.1e1`, 100},
		// More than two decimals: half away from zero, whatever follows.
		{`0.005`, 1}, {`-0.005`, -1}, {`0.0049999`, 0}, {`2.675`, 268}, {`-2.675`, -268}, {`1.004`, 100}, {`99.995`, 10_000},
		{`0.00500000000000000000000001`, 1}, {`92233720368547758.07`, math.MaxInt64}, {`-92233720368547758.07`, -math.MaxInt64},
	}
	for _, c := range cases {
		var got Money
		if err := json.Unmarshal([]byte(c.text), &got); err != nil || got != c.want {
			t.Errorf("%s reads as %d, %v; want %d", c.text, got, err, c.want)
		}
	}
}

func TestRefuseMoney(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`"1,000.00"`, `"abc"`, `"."`, `"1."`, `".5"`, `"+1"`, `"--1"`, `"1e"`, `"1e+"`, `"0x10"`, `"NaN"`, `true`, `{}`, `[]`,
		`92233720368547758.08`, `1e30`, `1e999999999999`, `99999999999999999999999`,
	} {
		var got Money
		if err := json.Unmarshal([]byte(text), &got); !errors.Is(err, ErrNumber) {
			t.Errorf("%s reads as %d, %v", text, got, err)
		}
	}
}

func TestWriteNumbers(t *testing.T) {
	t.Parallel()
	cases := []struct {
		value any
		want  string
	}{
		{Money(1_043_955), `10439.55`}, {Money(5), `0.05`}, {Money(-5), `-0.05`}, {Money(0), `0.00`}, {Money(math.MinInt64), `-92233720368547758.08`},
		{Whole(2), `2`}, {Decimal4(1250), `0.125`}, {Decimal4(-1), `-0.0001`}, {Decimal4(49_950_000), `4995`}, {Decimal4(0), `0`}, {Whole(10), `10`},
		{Rate("0.686500"), `0.686500`}, {Rate(""), `null`},
	}
	for _, c := range cases {
		if got, err := json.Marshal(c.value); err != nil || string(got) != c.want {
			t.Errorf("%v writes as %s, %v; want %s", c.value, got, err, c.want)
		}
	}
	if _, err := json.Marshal(Rate(`1,"x":2`)); err == nil {
		t.Error("a rate that is no number was written")
	}
}

// FuzzMoney compares with exact arithmetic.
func FuzzMoney(f *testing.F) {
	for _, seed := range []string{"1.005", "-2.675", "1e-3", "0.1e2", "92233720368547758.07", "9e17", "00012.5", "1e99999"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := ParseMoney(text)
		if err != nil || len(text) > 40 || strings.Contains(strings.ToLower(text), "e") {
			return
		}
		exact, ok := new(big.Rat).SetString(text)
		if !ok {
			t.Fatalf("%q was read as %d but is no number", text, got)
		}
		exact.Mul(exact, big.NewRat(100, 1))
		off := exact.Sub(exact, big.NewRat(int64(got), 1))
		if off.Abs(off).Cmp(big.NewRat(1, 2)) > 0 {
			t.Fatalf("%q was read as %d", text, got)
		}
		again, err := ParseMoney(got.String())
		if err != nil || again != got {
			t.Fatalf("%d was written as %s and read as %d, %v", got, got, again, err)
		}
	})
}
