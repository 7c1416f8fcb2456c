// Answers what the EndpointSlice controller of Kubernetes 1.36 makes of a Service, by its own reconciler: one JSON document a line in, one a line out.
// `node scripts/upstream-answers/ask.mjs slices < cases` builds and runs it. In: {service, pods (those it selects), nodes, slices (those there are), max}.
// Out: {slices (those there are then), events, error}; the order of endpoints, and which of equal ones goes where, is that of a Go map.
package main

import (
	"context"
	"fmt"
	"time"

	"upstreamanswers/lines"

	v1 "k8s.io/api/core/v1"
	discovery "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes/fake"
	clienttesting "k8s.io/client-go/testing"
	"k8s.io/client-go/tools/record"
	"k8s.io/endpointslice"
	"k8s.io/endpointslice/topologycache"
	endpointsliceutil "k8s.io/endpointslice/util"
	"k8s.io/klog/v2"
)

type input struct {
	Service *v1.Service                `json:"service"`
	Pods    []*v1.Pod                  `json:"pods"`
	Nodes   []*v1.Node                 `json:"nodes"`
	Slices  []*discovery.EndpointSlice `json:"slices"`
	Max     int32                      `json:"max"`
}

type answer struct {
	Slices []discovery.EndpointSlice `json:"slices"`
	Events []string                  `json:"events"`
	Error  string                    `json:"error,omitempty"`
}

func main() {
	lines.Answer(reconcile)
}

func reconcile(in input) answer {
	objects := []runtime.Object{}
	for _, slice := range in.Slices {
		objects = append(objects, slice)
	}
	client := fake.NewClientset(objects...)
	made := 0
	client.PrependReactor("create", "endpointslices", func(action clienttesting.Action) (bool, runtime.Object, error) {
		made++
		action.(clienttesting.CreateAction).GetObject().(*discovery.EndpointSlice).Name = fmt.Sprintf("made-%d", made)
		return false, nil, nil
	})
	nodes := informers.NewSharedInformerFactory(client, 0).Core().V1().Nodes()
	for _, node := range in.Nodes {
		nodes.Informer().GetStore().Add(node)
	}
	topology := topologycache.NewTopologyCache()
	topology.SetNodes(klog.Background(), in.Nodes)
	recorder := record.NewFakeRecorder(100)
	reconciler := endpointslice.NewReconciler(client, nodes.Lister(), in.Max, endpointsliceutil.NewEndpointSliceTracker(), topology, recorder,
		"endpointslice-controller.k8s.io", endpointslice.WithPreferSameTrafficDistributionEnabled(true))
	out := answer{Events: []string{}}
	if err := reconciler.Reconcile(klog.Background(), in.Service, in.Pods, in.Slices, time.Time{}); err != nil {
		out.Error = err.Error()
	}
	found, err := client.DiscoveryV1().EndpointSlices(in.Service.Namespace).List(context.Background(), metav1.ListOptions{})
	if err != nil {
		out.Error = err.Error()
		return out
	}
	out.Slices = found.Items
	for len(recorder.Events) > 0 {
		out.Events = append(out.Events, <-recorder.Events)
	}
	return out
}
