package templatepages

import "strings"

// diffLine is a line that both have, or one of them alone.
type diffLine struct {
	Sign string // "+" only after, "-" only before, " " both
	Text string
}

// diffMost is how many lines each side may have to be compared line by line.
const diffMost = 2000

// diff compares two texts by lines: the longest lines in common stay, the rest
// was taken out or put in. Longer texts are shown whole.
func diff(before, after string) []diffLine {
	a, b := strings.Split(before, "\n"), strings.Split(after, "\n")
	if len(a) > diffMost || len(b) > diffMost {
		return append(signed("-", a), signed("+", b)...)
	}
	common := make([][]int, len(a)+1) // the most lines in common from here on
	for i := range common {
		common[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				common[i][j] = common[i+1][j+1] + 1
			} else {
				common[i][j] = max(common[i+1][j], common[i][j+1])
			}
		}
	}
	var lines []diffLine
	i, j := 0, 0
	for i < len(a) && j < len(b) {
		switch {
		case a[i] == b[j]:
			lines = append(lines, diffLine{" ", a[i]})
			i++
			j++
		case common[i+1][j] >= common[i][j+1]:
			lines = append(lines, diffLine{"-", a[i]})
			i++
		default:
			lines = append(lines, diffLine{"+", b[j]})
			j++
		}
	}
	return append(append(lines, signed("-", a[i:])...), signed("+", b[j:])...)
}

func signed(sign string, lines []string) []diffLine {
	out := make([]diffLine, len(lines))
	for i, text := range lines {
		out[i] = diffLine{sign, text}
	}
	return out
}
