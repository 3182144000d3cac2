// Package web is what every browser-facing handler shares: errors that become
// status codes, the checks every request passes, forms, JSON, assets and limits.
//
// It decides nothing about news. A door (site, newsroom, api) writes handlers that
// return errors; [Door] turns the kinds of package news into answers, in one table,
// and shows nobody an internal cause. [Gate] stands before all doors and refuses
// what no door should ever see: other hosts' names, odd methods, ambiguous paths.
package web
