// Package web serves the pages: it mounts the parts of the product on one
// server, and gives them what every page needs.
//
// It owns routing, the order of middleware, security headers and the content
// policy, refusal of cross-site requests, compression, embedded files, how a
// page, a fragment or a failure is written, and streams. It does not own
// identity, permissions, navigation, records or the words of errors: Config
// brings them. Looks belong to package ui.
//
// A request passes:
//
//	recover ► request id ► headers ► static files
//	                                 └► identity (Config.Authenticate)
//	                                      ► cross-site check ► route
//	                                           ► permission (Config.Allow)
//	                                             ► body limit ► Handler ─► page, fragment, redirect, stream
//	                                                                  └► error ─► Config.Problem ─► page or toast
package web
