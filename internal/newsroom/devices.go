package newsroom

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"time"

	"dateline/internal/news"
	"dateline/internal/web"
)

// A devicesPage is a person's own browsers that tests and alerts waiting for approval
// go to.
type devicesPage struct {
	frame
	Key     string // the server's public key, for the script; empty: not possible here
	Devices []device
}

// A device is named by a hash: its endpoint is as good as a password.
type device struct {
	Hash    string
	Service string
	Since   time.Time
}

const (
	maxDevices    = 20 // of one person
	maxDeviceJSON = 8 << 10
)

func deviceHash(endpoint string) string {
	sum := sha256.Sum256([]byte(endpoint))
	return hex.EncodeToString(sum[:])
}

func (n *Newsroom) devices(w http.ResponseWriter, r *http.Request, who news.Actor) error {
	return n.showDevices(w, r, who, nil)
}

func (n *Newsroom) showDevices(w http.ResponseWriter, r *http.Request, who news.Actor, refused error) error {
	view := devicesPage{frame: n.frame(r, who, "alerts", "Your devices"), Key: n.o.Push.PublicKey()}
	mine, err := n.o.Devices.StaffDevices(r.Context(), news.PersonID(who.ID))
	if err != nil {
		return err
	}
	for _, d := range mine {
		origin := d.Endpoint
		if u, err := url.Parse(d.Endpoint); err == nil {
			origin = u.Hostname()
		}
		view.Devices = append(view.Devices, device{Hash: deviceHash(d.Endpoint), Service: service(origin), Since: d.Created})
	}
	status := http.StatusOK
	if refused != nil {
		status = view.failed(refused)
	}
	return n.render(w, status, "devices", view)
}

// addDevice registers the browser that the form comes from.
func (n *Newsroom) addDevice(w http.ResponseWriter, r *http.Request, who news.Actor) error {
	in, err := web.ReadForm(w, r, "", 0)
	if err != nil {
		return err
	}
	err = n.register(r, who, in.Get("subscription"))
	switch news.KindOf(err) {
	case news.Invalid, news.Conflict:
		return n.showDevices(w, r, who, err)
	}
	if err != nil {
		return err
	}
	return seeOther(w, r, "/desk/devices", "device")
}

func (n *Newsroom) register(r *http.Request, who news.Actor, subscription string) error {
	if subscription == "" || len(subscription) > maxDeviceJSON {
		return news.Wrong("subscription", "The browser did not say where to send to. Press the button again; it needs script.")
	}
	endpoint, keys, id, err := n.o.Push.Parse([]byte(subscription))
	if err != nil {
		return err
	}
	mine, err := n.o.Devices.StaffDevices(r.Context(), news.PersonID(who.ID))
	if err != nil {
		return err
	}
	if len(mine) >= maxDevices {
		return news.Refuse(news.Conflict, "You have %d devices. Remove one that you do not use.", maxDevices)
	}
	return n.o.Devices.SaveStaffDevice(r.Context(), news.StaffDevice{
		Person: news.PersonID(who.ID), Endpoint: endpoint, Keys: keys, KeyID: id, Created: n.o.Now(),
	})
}

// removeDevice forgets one of the person's own. The browser keeps its subscription: its
// owner may also be a reader.
func (n *Newsroom) removeDevice(w http.ResponseWriter, r *http.Request, who news.Actor) error {
	in, err := web.ReadForm(w, r, "", 0)
	if err != nil {
		return err
	}
	mine, err := n.o.Devices.StaffDevices(r.Context(), news.PersonID(who.ID))
	if err != nil {
		return err
	}
	for _, d := range mine {
		if deviceHash(d.Endpoint) == in.Get("device") {
			if err := n.o.Devices.DeleteStaffDevice(r.Context(), d.Endpoint); err != nil {
				return err
			}
		}
	}
	return seeOther(w, r, "/desk/devices", "device-gone")
}
