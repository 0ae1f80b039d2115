// Package storytest clicks through the main job in a browser, against the built
// program and the simulated Xero that it starts, on both engines.
package storytest
