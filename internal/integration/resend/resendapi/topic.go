package resendapi

import (
	"context"
	"net/http"
)

// Answers to a topic.
const (
	OptIn  = "opt_in"
	OptOut = "opt_out"
)

// Who sees a topic on the page on which people unsubscribe.
const (
	TopicPublic  = "public"
	TopicPrivate = "private" // contacts who opted in
)

// Topic is something that e-mails are about (Message.TopicID).
// https://resend.com/docs/api-reference/topics/get-topic
type Topic struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Description string `json:"description,omitempty"`
	// Default is what holds for who has not chosen; it cannot be changed.
	Default    string `json:"default_subscription"`
	Visibility string `json:"visibility,omitempty"`
	CreatedAt  Time   `json:"created_at"`
}

func (t Topic) cursor() string { return t.ID }

// NewTopic is a topic to be made.
// https://resend.com/docs/api-reference/topics/create-topic
type NewTopic struct {
	Name        string `json:"name"`                  // at most 50 characters
	Default     string `json:"default_subscription"`  // OptIn or OptOut
	Description string `json:"description,omitempty"` // at most 200 characters
	Visibility  string `json:"visibility,omitempty"`  // TopicPrivate when empty
}

// TopicChange holds what is to change; empty fields stay as they are.
type TopicChange struct {
	Name        string `json:"name,omitempty"`
	Description string `json:"description,omitempty"`
	Visibility  string `json:"visibility,omitempty"`
}

// TopicChoice is what a contact chose for a topic. Name and Description come
// with answers only.
type TopicChoice struct {
	ID           string `json:"id"`
	Subscription string `json:"subscription"` // OptIn or OptOut
	Name         string `json:"name,omitempty"`
	Description  string `json:"description,omitempty"`
}

func (t TopicChoice) cursor() string { return t.ID }

// CreateTopic makes a topic and returns its id. After KindUnknown look for its
// name in Topics first.
func (c *Client) CreateTopic(ctx context.Context, topic NewTopic) (string, error) {
	e := create("create the topic", "/topics")
	if topic.Name == "" || topic.Default == "" {
		return "", badRequest(e.op, "the name or what holds by default is missing")
	}
	e, err := e.withBody(topic)
	if err != nil {
		return "", err
	}
	made, err := do[identity](ctx, c, e)
	return made.ID, err
}

// Topic reads one.
func (c *Client) Topic(ctx context.Context, id string) (Topic, error) {
	const op = "read the topic"
	path, err := at(op, "topics", id)
	if err != nil {
		return Topic{}, err
	}
	return do[Topic](ctx, c, read(op, path))
}

// Topics reads a page.
func (c *Client) Topics(ctx context.Context, q Query) (Page[Topic], error) {
	return list[Topic](ctx, c, read("list topics", "/topics"), q)
}

// UpdateTopic changes name, description or visibility.
func (c *Client) UpdateTopic(ctx context.Context, id string, to TopicChange) error {
	return c.patch(ctx, "update the topic", to, "topics", id)
}

// DeleteTopic removes one.
func (c *Client) DeleteTopic(ctx context.Context, id string) error {
	return c.act(ctx, "delete the topic", http.MethodDelete, "topics", id)
}

// ContactTopics reads a page of what a contact chose.
// https://resend.com/docs/api-reference/contacts/list-contact-topics
func (c *Client) ContactTopics(ctx context.Context, idOrEmail string, q Query) (Page[TopicChoice], error) {
	const op = "list the contact's topics"
	path, err := at(op, "contacts", idOrEmail, "topics")
	if err != nil {
		return Page[TopicChoice]{}, err
	}
	return list[TopicChoice](ctx, c, read(op, path), q)
}

// ChooseTopics sets a contact's choices; topics not named keep theirs.
func (c *Client) ChooseTopics(ctx context.Context, idOrEmail string, choices []TopicChoice) error {
	const op = "choose the contact's topics"
	if len(choices) == 0 {
		return badRequest(op, "no topic is named")
	}
	bare := make([]TopicChoice, len(choices))
	for i, choice := range choices {
		bare[i] = TopicChoice{ID: choice.ID, Subscription: choice.Subscription}
	}
	return c.patch(ctx, op, map[string]any{"topics": bare}, "contacts", idOrEmail, "topics")
}
