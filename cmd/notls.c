/* SPDX-License-Identifier: MIT */
/*
 * Switches off the start of libgit2's network code, which this program never
 * uses: fetch and push are left to the git program.
 *
 * git_libgit2_init() sets up TLS, and where libgit2 is built with mbedTLS (as
 * in Debian) that reads and parses every certificate of the system, about five
 * milliseconds, more than all the rest of a short command.  There is no option
 * against it.  It sets up SSH, too, and that all of libcrypto, a twentieth of a
 * short command.  And it draws random bytes from how long memory takes (HAVEGE),
 * another twelfth.  So the program defines the functions that read certificates,
 * begin SSH and draw these bytes itself; the dynamic linker prefers the program's
 * definitions to a library's (cmd/notls.list puts them in its symbol table).  Where
 * the libraries' own objects are linked in, the linker's --wrap leads libgit2 to
 * these instead.
 *
 * They report success with no certificate read: a TLS connection, should one
 * ever be tried, trusts nobody and fails, and one of SSH has no ciphers.  That is
 * the safe way for this to be wrong.  What TLS draws is still random by what the
 * kernel gives, which it asks as well.  With another TLS library nobody calls them.
 * Must never be part of libops.so: what a library's user does with TLS is not ours
 * to break.
 */

#include <string.h>

#ifdef OPS_STATIC
#define REPLACE(name) __wrap_##name
#else
#define REPLACE(name) name
#endif

/* Both take the chain to add to, `struct mbedtls_x509_crt *`, and return how
 * many certificates could not be parsed. */
int REPLACE(mbedtls_x509_crt_parse_file)(void *chain, const char *path);
int REPLACE(mbedtls_x509_crt_parse_path)(void *chain, const char *path);
/* Its end, libssh2_exit(), does nothing where this was not done. */
int REPLACE(libssh2_init)(int flags);
/* One source of random bytes beside that of the system. */
void REPLACE(mbedtls_havege_init)(void *state);
int REPLACE(mbedtls_havege_random)(void *state, unsigned char *out, size_t len);

int REPLACE(mbedtls_x509_crt_parse_file)(void *chain, const char *path)
{
	(void)chain;
	(void)path;
	return 0;
}

int REPLACE(mbedtls_x509_crt_parse_path)(void *chain, const char *path)
{
	(void)chain;
	(void)path;
	return 0;
}

int REPLACE(libssh2_init)(int flags)
{
	(void)flags;
	return 0;
}

int REPLACE(mbedtls_havege_random)(void *state, unsigned char *out, size_t len)
{
	(void)state;
	memset(out, 0, len);
	return 0;
}

void REPLACE(mbedtls_havege_init)(void *state)
{
	(void)state;	/* nobody looks into it now but who frees it, by clearing it */
}

#ifdef OPS_STATIC
/*
 * GSSAPI has no archive in Debian, and loading the shared one costs a quarter of
 * the start of a program that has all else linked in.  libgit2 refers to it for
 * HTTP authentication only, which likewise never happens: each call says that the
 * mechanism is unavailable.
 */
#define GSS_UNAVAILABLE (16u << 16)
#define GSS_UNUSED(name)                                                       \
	unsigned name(void);                                                   \
	unsigned name(void)                                                    \
	{                                                                      \
		return GSS_UNAVAILABLE;                                        \
	}

GSS_UNUSED(gss_delete_sec_context)
GSS_UNUSED(gss_display_status)
GSS_UNUSED(gss_import_name)
GSS_UNUSED(gss_indicate_mechs)
GSS_UNUSED(gss_init_sec_context)
GSS_UNUSED(gss_release_buffer)
GSS_UNUSED(gss_release_name)
GSS_UNUSED(gss_release_oid_set)
GSS_UNUSED(gss_test_oid_set_member)

/* Of type gss_OID; libgit2 only passes it on. */
extern void *GSS_C_NT_HOSTBASED_SERVICE;
void *GSS_C_NT_HOSTBASED_SERVICE;
#endif
