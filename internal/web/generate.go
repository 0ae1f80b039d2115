package web

//go:generate go tool templ generate -path ..
//go:generate npm --prefix ../../frontend run --silent build
