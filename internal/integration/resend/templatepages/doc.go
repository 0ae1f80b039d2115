// Package templatepages shows the templates of mail: the list, the editor with
// what stands against a draft, the preview, and the versions that were published.
//
// A preview is drawn as a mail's page draws what was sent: in a frame that runs
// and loads nothing.
package templatepages
