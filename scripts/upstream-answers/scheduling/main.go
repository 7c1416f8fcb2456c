// Answers what kube-scheduler 1.36 decides and says, by its own code: one JSON document a line in, one a line out. `node scripts/upstream-answers/ask.mjs scheduling < cases` builds and runs it.
// In: {in: {nodes, pods, pod, namespaces, services, args}} as shared/golden/scheduler has it; "now" is the real one, so a pod without startTime counts as started before.
// Out: {feasible, message, nominatedNodeName, statuses, stage, scored, plugins (normalised), total, victims}. Left out: raw scores, volumes, pods that are nominated already.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sort"
	"time"

	"upstreamanswers/lines"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/client-go/kubernetes/fake"
	clienttesting "k8s.io/client-go/testing"
	"k8s.io/client-go/tools/events"
	"k8s.io/klog/v2"
	fwk "k8s.io/kube-scheduler/framework"
	corev1 "k8s.io/kubernetes/pkg/apis/core/v1"
	"k8s.io/kubernetes/pkg/scheduler"
	"k8s.io/kubernetes/pkg/scheduler/apis/config"
	"k8s.io/kubernetes/pkg/scheduler/apis/config/scheme"
	"k8s.io/kubernetes/pkg/scheduler/backend/cache"
	"k8s.io/kubernetes/pkg/scheduler/framework"
	"k8s.io/kubernetes/pkg/scheduler/profile"
)

type input struct {
	Nodes      []*v1.Node                 `json:"nodes"`
	Pods       []*v1.Pod                  `json:"pods"`
	Pod        *v1.Pod                    `json:"pod"`
	Namespaces []*v1.Namespace            `json:"namespaces"`
	Services   []*v1.Service              `json:"services"`
	Args       map[string]json.RawMessage `json:"args"`
}

type status struct {
	Code    string   `json:"code"`
	Plugin  string   `json:"plugin"`
	Reasons []string `json:"reasons"`
}

type answer struct {
	Feasible          []string                    `json:"feasible"`
	Message           string                      `json:"message"`
	NominatedNodeName *string                     `json:"nominatedNodeName,omitempty"`
	Stage             string                      `json:"stage,omitempty"`
	Statuses          map[string]status           `json:"statuses"`
	Scored            bool                        `json:"scored"`
	Plugins           map[string]map[string]int64 `json:"plugins,omitempty"`
	Total             map[string]int64            `json:"total,omitempty"`
	Victims           []string                    `json:"victims,omitempty"`
	Error             string                      `json:"error,omitempty"`
}

func main() {
	lines.Answer(func(document struct {
		In input `json:"in"`
	}) answer {
		decided, err := decide(document.In)
		if err != nil {
			return answer{Error: err.Error()}
		}
		return *decided
	})
}

// As the API server completes it, as far as the scheduler looks.
func complete(pod *v1.Pod) *v1.Pod {
	if pod.Namespace == "" {
		pod.Namespace = v1.NamespaceDefault
	}
	if pod.Spec.SchedulerName == "" {
		pod.Spec.SchedulerName = v1.DefaultSchedulerName
	}
	corev1.SetObjectDefaults_Pod(pod)
	return pod
}

func decide(in input) (*answer, error) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var objects []runtime.Object
	for _, node := range in.Nodes {
		objects = append(objects, node)
	}
	for _, pod := range in.Pods {
		objects = append(objects, complete(pod))
	}
	hasDefault := false
	for _, namespace := range in.Namespaces {
		hasDefault = hasDefault || namespace.Name == v1.NamespaceDefault
		objects = append(objects, namespace)
	}
	if !hasDefault {
		namespace := &v1.Namespace{}
		namespace.Name = v1.NamespaceDefault
		namespace.Labels = map[string]string{"kubernetes.io/metadata.name": v1.NamespaceDefault}
		objects = append(objects, namespace)
	}
	for _, service := range in.Services {
		objects = append(objects, service)
	}
	pod := complete(in.Pod)
	objects = append(objects, pod)
	client := fake.NewClientset(objects...)
	profiles, err := profilesOf(in.Args)
	if err != nil {
		return nil, err
	}
	factory := scheduler.NewInformerFactory(client, 0)
	recorders := profile.NewRecorderFactory(events.NewBroadcaster(&events.EventSinkImpl{Interface: client.EventsV1()}))
	scheduling, err := scheduler.New(ctx, client, factory, nil, recorders, scheduler.WithProfiles(profiles...))
	if err != nil {
		return nil, err
	}
	factory.Start(ctx.Done())
	factory.WaitForCacheSync(ctx.Done())
	if err := scheduling.WaitForHandlersSync(ctx); err != nil {
		return nil, err
	}
	frame := scheduling.Profiles[v1.DefaultSchedulerName]
	snapshot := frame.SnapshotSharedLister().(*cache.Snapshot)
	if err := scheduling.Cache.UpdateSnapshot(klog.Background(), snapshot); err != nil {
		return nil, err
	}
	podInfo, err := framework.NewPodInfo(pod)
	if err != nil {
		return nil, err
	}
	out := &answer{Feasible: []string{}, Statuses: map[string]status{}}
	if err := filter(ctx, frame, pod, out); err != nil {
		return nil, err
	}
	state := framework.NewCycleState()
	_, err = scheduling.SchedulePod(ctx, frame, state, &framework.QueuedPodInfo{PodInfo: podInfo, Timestamp: time.Now()})
	var unfit *framework.FitError
	if errors.As(err, &unfit) {
		result, after := frame.RunPostFilterPlugins(ctx, state, pod, unfit.Diagnosis.NodeToStatus)
		unfit.Diagnosis.PostFilterMsg = after.Message()
		if result != nil && result.NominatingInfo != nil && result.NominatingMode == fwk.ModeOverride {
			out.NominatedNodeName = &result.NominatedNodeName
		}
		out.Victims = victims(client, out.NominatedNodeName)
	}
	if errors.Is(err, scheduler.ErrNoNodesAvailable) {
		out.NominatedNodeName = new(string)
	}
	if err != nil {
		out.Message = err.Error()
	}
	return out, nil
}

// What every node gets from PreFilter and Filter, and the scores of those that are left.
func filter(ctx context.Context, frame framework.Framework, pod *v1.Pod, out *answer) error {
	nodes, err := frame.SnapshotSharedLister().NodeInfos().List()
	if err != nil {
		return err
	}
	state := framework.NewCycleState()
	narrowed, early, narrowing := frame.RunPreFilterPlugins(ctx, state, pod)
	var feasible []fwk.NodeInfo
	for _, node := range nodes {
		found := early
		if early.IsSuccess() {
			if narrowed != nil && !narrowed.AllNodes() && !narrowed.NodeNames.Has(node.Node().Name) {
				out.Statuses[node.Node().Name] = status{Code: "UnschedulableAndUnresolvable", Plugin: "", Reasons: []string{fmt.Sprintf("node(s) didn't satisfy plugin(s) %v", sets.List(narrowing))}}
				continue
			}
			found = frame.RunFilterPluginsWithNominatedPods(ctx, state, pod, node)
		} else {
			out.Stage = "PreFilter"
		}
		verdict := status{Code: found.Code().String(), Reasons: []string{}}
		if !found.IsSuccess() {
			verdict.Plugin, verdict.Reasons = found.Plugin(), found.Reasons()
		}
		out.Statuses[node.Node().Name] = verdict
		if found.IsSuccess() {
			feasible = append(feasible, node)
			out.Feasible = append(out.Feasible, node.Node().Name)
		}
	}
	sort.Strings(out.Feasible)
	if len(feasible) < 2 {
		return nil
	}
	if scored := frame.RunPreScorePlugins(ctx, state, pod, feasible); !scored.IsSuccess() {
		return scored.AsError()
	}
	scores, scored := frame.RunScorePlugins(ctx, state, pod, feasible)
	if !scored.IsSuccess() {
		return scored.AsError()
	}
	out.Scored, out.Plugins, out.Total = true, map[string]map[string]int64{}, map[string]int64{}
	for _, node := range scores {
		out.Total[node.Name] = node.TotalScore
		for _, each := range node.Scores {
			if out.Plugins[each.Name] == nil {
				out.Plugins[each.Name] = map[string]int64{}
			}
			out.Plugins[each.Name][node.Name] = each.Score
		}
	}
	return nil
}

// They are deleted beside the scheduling, the last after the others.
func victims(client *fake.Clientset, nominated *string) []string {
	if nominated == nil || *nominated == "" {
		return nil
	}
	var names []string
	for quiet, tries := 0, 0; quiet < 3 && tries < 100; tries++ {
		time.Sleep(5 * time.Millisecond)
		before := len(names)
		names = nil
		for _, action := range client.Actions() {
			if deletion, ok := action.(clienttesting.DeleteAction); ok && action.GetResource().Resource == "pods" {
				names = append(names, deletion.GetName())
			}
		}
		if len(names) == before && before > 0 {
			quiet++
		} else {
			quiet = 0
		}
	}
	sort.Strings(names)
	return names
}

func profilesOf(args map[string]json.RawMessage) ([]config.KubeSchedulerProfile, error) {
	plugins := []map[string]any{}
	for name, arguments := range args {
		plugins = append(plugins, map[string]any{"name": name, "args": arguments})
	}
	text, err := json.Marshal(map[string]any{
		"apiVersion": "kubescheduler.config.k8s.io/v1", "kind": "KubeSchedulerConfiguration",
		"profiles": []any{map[string]any{"schedulerName": v1.DefaultSchedulerName, "pluginConfig": plugins}},
	})
	if err != nil {
		return nil, err
	}
	decoded, _, err := scheme.Codecs.UniversalDecoder().Decode(text, nil, nil)
	if err != nil {
		return nil, err
	}
	configuration, ok := decoded.(*config.KubeSchedulerConfiguration)
	if !ok {
		return nil, fmt.Errorf("%T is no configuration", decoded)
	}
	return configuration.Profiles, nil
}
