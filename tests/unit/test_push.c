/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which secret a server gets, and which host's key is known. The talking itself is tested end to end. */
#include "history_world.h"

#include "core/history/push.h"

static const char *secret_for(const char *lines, const char *url)
{
    static char found[64];
    char *user = NULL;
    char *secret = NULL;
    if (!qb_push_credentials(lines, url, &user, &secret))
        return NULL;
    snprintf(found, sizeof found, "%s %s", user, secret);
    free(user);
    free(secret);
    return found;
}

static void test_push__a_secret_goes_to_its_own_server_only(void **state)
{
    static const char lines[] = "https://me:to%40ken@git.example.org\r\n"
                                "https://you:other@git.example.org:8443\n"
                                "http://me:open@git.example.org\n"
                                "https://nobody@bare.example.org\n"
                                "nonsense\n";
    (void)state;
    assert_string_equal(secret_for(lines, "https://git.example.org/belawan.git"), "me to@ken");
    assert_string_equal(secret_for(lines, "https://GIT.example.org/x"), "me to@ken");
    assert_string_equal(secret_for(lines, "https://git.example.org:8443/x"), "you other");
    assert_string_equal(secret_for(lines, "http://git.example.org/x"), "me open");
    assert_null(secret_for(lines, "https://you@git.example.org/x"));
    assert_null(secret_for(lines, "https://git.example.org.evil.example/x"));
    assert_null(secret_for(lines, "https://evil.example/https://git.example.org/x"));
    assert_null(secret_for(lines, "https://bare.example.org/x"));
    assert_null(secret_for(lines, "/srv/git/x.git"));
    assert_null(secret_for("", "https://git.example.org/x"));
    assert_null(secret_for(NULL, "https://git.example.org/x"));
}

static void test_push__a_host_is_known_by_name_and_key(void **state)
{
    /* "key" and "other" in base64; the hashed line is for "hidden.example.org", as HashKnownHosts writes it */
    static const char lines[] = "# comment\n"
                                "a.example.org,git.example.org ssh-ed25519 a2V5 comment\n"
                                "[git.example.org]:2222 ssh-ed25519 b3RoZXI=\n"
                                "@revoked z.example.org ssh-ed25519 a2V5\n"
                                "broken\n"
                                "|1|c2FsdA==|bkDCtNKukee+pgk65QpCO1betrY= ssh-rsa b3RoZXI=\n";
    (void)state;
    assert_true(qb_push_host_known(lines, "git.example.org", "key", 3));
    assert_true(qb_push_host_known(lines, "A.example.org", "key", 3));
    assert_false(qb_push_host_known(lines, "example.org", "key", 3));
    assert_false(qb_push_host_known(lines, "git.example.org", "kez", 3));
    assert_true(qb_push_host_known(lines, "[git.example.org]:2222", "other", 5));
    assert_false(qb_push_host_known(lines, "[git.example.org]:2222", "key", 3));
    assert_false(qb_push_host_known(lines, "z.example.org", "key", 3));
    assert_false(qb_push_host_known(NULL, "git.example.org", "key", 3));
    assert_true(qb_push_host_known(lines, "hidden.example.org", "other", 5));
    assert_false(qb_push_host_known(lines, "hidden.example.org", "key", 3));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_push__a_secret_goes_to_its_own_server_only),
        cmocka_unit_test(test_push__a_host_is_known_by_name_and_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
