// Package claude lets people ask and act in plain words, through Claude.
//
//	question ─► Ask: kept, in one transaction ─► turn, in this process
//	                                              │ set money aside ─► stream ─► pay
//	       events ◄── hub ◄── what is said        │
//	                                              ├─ tools: as the person, in parallel ─► results ─► stream again
//	                                              └─ answer: kept, idle
//
// A turn always goes on from what is kept: the messages say what comes next, so
// one whose process died is taken up by another, and what a tool was asked
// is answered once. What was being said when a process died is lost; money that
// was set aside for it is paid by an estimate.
//
// The model sees only what a person's role may see. Organisation and person come
// from who asks, never from what the model says. Texts that others wrote reach it
// in the results of tools alone, marked as data.
//
// It owns the conversation with the model, the tools, and what they may cost.
// What conversations, prices and limits are belongs to package assistant.
package claude
