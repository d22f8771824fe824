// One node. Source: Linux 6.1 include/linux/numa.h.
#pragma once

#define NODES_SHIFT 0
#define MAX_NUMNODES (1 << NODES_SHIFT)
#define NUMA_NO_NODE (-1)
#define first_online_node 0
#define nr_online_nodes 1
#define numa_node_id() 0
#define cpu_to_node(cpu) ((void)(cpu), 0)
#define for_each_online_node(node) for ((node) = 0; (node) == 0; (node) = 1)
#define for_each_node(node) for_each_online_node(node)
