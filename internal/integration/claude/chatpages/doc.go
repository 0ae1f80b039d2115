// Package chatpages shows conversations with the assistant: their list, and each
// with what was said and looked up, which grows while it is being answered.
package chatpages
