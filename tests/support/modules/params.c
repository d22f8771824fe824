// A parameter of every type.
#include "module.h"

static unsigned char byte = 1;
static short small = -2;
static unsigned short usmall = 3;
static int number = -4;
static unsigned nr_structs = 200;
static long wide = -6;
static unsigned long uwide = 7;
static unsigned long long widest = 8;
static char* text = "default";
static _Bool flag;
static _Bool off = 1;
static char fixed[8] = "fixed";
static int list[4] = {1, 2};
static unsigned list_count = 2;
static char* names[2];
static int hidden = 9;

PARAM(byte, byte, 0644);
PARAM_OF(small, "short", param_ops_short, 0444, &small);
PARAM_OF(usmall, "ushort", param_ops_ushort, 0444, &usmall);
PARAM_OF(number, "int", param_ops_int, 0644, &number);
PARAM_OF(nr_structs, "uint", param_ops_uint, 0644, &nr_structs);
MODINFO("parm=nr_structs:how many structs to make");
PARAM_OF(wide, "long", param_ops_long, 0444, &wide);
PARAM_OF(uwide, "ulong", param_ops_ulong, 0444, &uwide);
PARAM_OF(widest, "ullong", param_ops_ullong, 0444, &widest);
PARAM_OF(text, "charp", param_ops_charp, 0644, &text);
PARAM_OF(flag, "bool", param_ops_bool, 0644, &flag);
PARAM_OF(off, "invbool", param_ops_invbool, 0644, &off);
static struct kparam_string const fixed_string = {sizeof(fixed), fixed};
PARAM_OF(fixed, "string", param_ops_string, 0644, &fixed_string);
static struct kparam_array const list_array = {4, sizeof(int), &list_count, &param_ops_int, list};
PARAM_OF(list, "array of int", param_array_ops, 0644, &list_array);
static struct kparam_array const name_array = {2, sizeof(char*), 0, &param_ops_charp, names};
PARAM_OF(names, "array of charp", param_array_ops, 0644, &name_array);
PARAM_OF(hidden, "int", param_ops_int, 0, &hidden);

static int params_init(void)
{
    pr_info("params: %d %d %d %d %u\n", byte, small, usmall, number, nr_structs);
    pr_info("params: %ld %lu %llu\n", wide, uwide, widest);
    pr_info("params: %s %d %d %s %d:%d,%d,%d,%d\n", text, flag, off, fixed, list_count, list[0],
            list[1], list[2], list[3]);
    return 0;
}

static void params_exit(void) {}

MODULE("params", params_init, params_exit, "GPL");
