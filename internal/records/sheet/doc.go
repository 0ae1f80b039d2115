// Package sheet reads files of comma-separated values as spreadsheets write
// them: with a line that names the columns, and lines of cells below.
//
// It owns what differs between spreadsheets: the mark at the beginning of a
// file, the separator, line breaks, and lines that cannot be read, each of
// which costs only itself. What the columns mean is for those who ask for a
// file.
package sheet
