// Command renoz keeps a business's records and its accounts in line.
package main

import (
	"os"

	"github.com/renoz/renoz/internal/cli"
)

func main() { os.Exit(cli.Run(os.Args[1:], os.Stdout, os.Stderr)) }
