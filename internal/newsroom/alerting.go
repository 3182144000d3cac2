package newsroom

import (
	"context"
	"time"

	"dateline/internal/news"
)

// Alerting is what the desk decides about alerts, and what it knows of them. Each
// refuses whoever the rules refuse.
type Alerting interface {
	AlertSteps
	AlertReading
}

// AlertSteps take an alert on its way.
type AlertSteps interface {
	// ComposeAlert keeps a.ID if it is one: the same again is the alert that is there.
	ComposeAlert(ctx context.Context, who news.Actor, a news.Alert) (*news.Alert, error)
	ApproveAlert(ctx context.Context, who news.Actor, id news.AlertID) (*news.Alert, error)
	SendAlertAlone(ctx context.Context, who news.Actor, signedIn time.Time, id news.AlertID) (*news.Alert, error)
	// StopAlert answers with the final tally.
	StopAlert(ctx context.Context, who news.Actor, id news.AlertID) (*news.Alert, error)
	CorrectAlert(ctx context.Context, who news.Actor, id news.AlertID, c news.Alert) (*news.Alert, error)
	// WithdrawAlert answers with the withdrawal, or the alert itself if nothing had left.
	WithdrawAlert(ctx context.Context, who news.Actor, id news.AlertID, w news.Alert) (*news.Alert, error)
	// TestAlert sends to the devices of who alone, and tells to how many.
	TestAlert(ctx context.Context, who news.Actor, a news.Alert) (devices int, err error)
}

// AlertReading is what is known of alerts.
type AlertReading interface {
	PreviewAlert(ctx context.Context, who news.Actor, a news.Alert) (news.AlertPreview, error)
	Alert(ctx context.Context, who news.Actor, id news.AlertID) (*news.Alert, news.AlertProgress, error)
	Alerts(ctx context.Context, who news.Actor, l news.AlertList) (items []news.Alert, next string, err error)
	AlertDelivery(ctx context.Context, who news.Actor, id news.AlertID) ([]news.ServiceProgress, error)
}

// Devices keeps the browsers of the staff that tests and requests for approval go to.
type Devices interface {
	SaveStaffDevice(ctx context.Context, d news.StaffDevice) error
	StaffDevices(ctx context.Context, people ...news.PersonID) ([]news.StaffDevice, error)
	DeleteStaffDevice(ctx context.Context, endpoint string) error
}

// Push reads what a browser says of its subscription.
type Push interface {
	PublicKey() string // base64url; empty when alerts are not possible on this server
	Parse(json []byte) (endpoint string, keys news.SubscriptionKeys, keyID string, err error)
}

// alertsOn tells whether this newsroom sends alerts at all; without, there are no pages
// for it and no links.
func (n *Newsroom) alertsOn() bool { return n.o.Alerting != nil }

// devicesOn tells whether browsers of the staff can be registered.
func (n *Newsroom) devicesOn() bool {
	return n.alertsOn() && n.o.Devices != nil && n.o.Push != nil && n.o.Push.PublicKey() != ""
}

// standardBudget is how many alerts to everyone readers bear a day.
const standardBudget = 5

// alertRoutes are the pages about alerts. A decision may have to wait until other nodes
// show it.
func (n *Newsroom) alertRoutes() []Route {
	if !n.alertsOn() {
		return nil
	}
	routes := []Route{
		{Pattern: "GET /desk/alerts", Who: Deciders, serve: n.alerts},
		{Pattern: "POST /desk/alerts", Who: Deciders, serve: n.sendAlert, within: decisionTime},
		{Pattern: "GET /desk/alerts/new", Who: Deciders, serve: n.newAlert},
		{Pattern: "POST /desk/alerts/preview", Who: Deciders, serve: n.previewAlert},
		{Pattern: "POST /desk/alerts/test", Who: Deciders, serve: n.testAlert, within: decisionTime},
		{Pattern: "GET /desk/alerts/{id}", Who: Deciders, serve: n.alert},
		{Pattern: "GET /desk/alerts/{id}/events", Who: Deciders, serve: n.alertEvents, within: streamTime},
		{Pattern: "GET /desk/alerts/{id}/delivery.csv", Who: Deciders, serve: n.deliveryCSV},
		{Pattern: "GET /desk/alerts/{id}/delivery.json", Who: Deciders, serve: n.deliveryJSON},
		{Pattern: "POST /desk/alerts/{id}/approve", Who: Deciders, serve: n.approveAlert, within: decisionTime},
		{Pattern: "POST /desk/alerts/{id}/stop", Who: Deciders, serve: n.stopAlert, within: decisionTime},
		{Pattern: "GET /desk/alerts/{id}/send-alone", Who: Deciders, serve: n.askAlone},
		{Pattern: "POST /desk/alerts/{id}/send-alone", Who: Deciders, serve: n.sendAlone, within: decisionTime},
		{Pattern: "POST /desk/alerts/{id}/sign-in-link", Who: Deciders, serve: n.mailLink},
		{Pattern: "GET /desk/alerts/{id}/correct", Who: Deciders, serve: n.askMend(news.Correct)},
		{Pattern: "POST /desk/alerts/{id}/correct", Who: Deciders, serve: n.mend(news.Correct), within: decisionTime},
		{Pattern: "GET /desk/alerts/{id}/withdraw", Who: Deciders, serve: n.askMend(news.Withdraw)},
		{Pattern: "POST /desk/alerts/{id}/withdraw", Who: Deciders, serve: n.mend(news.Withdraw), within: decisionTime},
	}
	if n.o.Devices != nil && n.o.Push != nil {
		routes = append(routes,
			Route{Pattern: "GET /desk/devices", Who: Deciders, serve: n.devices},
			Route{Pattern: "POST /desk/devices", Who: Deciders, serve: n.addDevice},
			Route{Pattern: "POST /desk/devices/remove", Who: Deciders, serve: n.removeDevice})
	}
	return routes
}
