/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SSH signatures: made here and read by ssh-keygen, made by ssh-keygen and read here, and what must not pass. */
#include "history_world.h"

#include "core/history/sign.h"

static int run_in(const char *dir, const char *command)
{
    pid_t child = fork();
    if (!child) {
        if (chdir(dir) < 0)
            _exit(99);
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(98);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void write_file(const char *dir, const char *name, const char *bytes, size_t length, mode_t mode)
{
    char path[160];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, mode);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, length), (ssize_t)length);
    close(fd);
}

static void read_text(const char *dir, const char *name, struct qb_buf *text)
{
    struct qb_err err = {0};
    int fd = qb_file_open_dir(dir, &err);
    if (qb_file_read(fd, name, 1 << 20, text, NULL, &err) < 0)
        fail_msg("%s: %s", name, err.message);
    close(fd);
}

static char directory[64];

static int make_directory(void **state)
{
    (void)state;
    strcpy(directory, "/tmp/qbis-sign-XXXXXX");
    return mkdtemp(directory) ? 0 : -1;
}

static int drop_directory(void **state)
{
    (void)state;
    char command[96];
    snprintf(command, sizeof command, "rm -r '%s'", directory);
    return run_in("/", command);
}

static void test_sign__ssh_keygen_accepts_what_is_signed_here(void **state)
{
    struct qb_signer signer;
    struct qb_buf out = {0};
    struct qb_err err = {0};
    static const char message[] = "tree 1\n\nAdd shipment\n";
    (void)state;
    assert_int_equal(qb_signer_make(&signer, &err), QB_OK);
    qb_signer_write(&signer, &out);
    write_file(directory, "key", out.data, out.length, 0600);
    qb_buf_clear(&out);
    qb_sign_public_text(&out, signer.public_key);
    qb_buf_add_string(&out, "\n");
    write_file(directory, "public", out.data, out.length, 0644);
    assert_int_equal(run_in(directory, "ssh-keygen -y -f key | cut -d' ' -f1,2 | cmp - public"), 0);
    char fingerprint[QB_SIGN_FINGERPRINT];
    char command[160];
    snprintf(command, sizeof command, "ssh-keygen -l -f key | grep -qF '%s'",
             qb_sign_fingerprint(signer.public_key, fingerprint));
    assert_int_equal(run_in(directory, command), 0);
    qb_buf_clear(&out);
    qb_sign_allowed_line(&out, signer.public_key);
    write_file(directory, "allowed", out.data, out.length, 0644);
    assert_true(qb_sign_line_allows(out.data, out.length, signer.public_key));
    qb_buf_clear(&out);
    assert_int_equal(qb_signer_sign(&signer, message, sizeof message - 1, &out, &err), QB_OK);
    write_file(directory, "signature", out.data, out.length, 0644);
    write_file(directory, "message", message, sizeof message - 1, 0644);
    assert_int_equal(run_in(directory, "ssh-keygen -Y verify -f allowed -I q-bis@localhost -n git -s signature "
                                       "< message > /dev/null"),
                     0);
    assert_int_not_equal(run_in(directory, "echo other | ssh-keygen -Y verify -f allowed -I q-bis@localhost -n git "
                                           "-s signature > /dev/null 2>&1"),
                         0);
    unsigned char key[QB_ED25519_PUBLIC];
    assert_int_equal(qb_sign_verify(out.data, out.length, message, sizeof message - 1, key), QB_SIGN_GOOD);
    assert_memory_equal(key, signer.public_key, sizeof key);
    assert_int_equal(qb_sign_verify(out.data, out.length, message, sizeof message - 2, key), QB_SIGN_BAD);
    qb_buf_fini(&out);
}

static void test_sign__takes_what_ssh_keygen_made(void **state)
{
    struct qb_signer signer;
    struct qb_buf text = {0};
    struct qb_err err = {0};
    unsigned char key[QB_ED25519_PUBLIC];
    (void)state;
    assert_int_equal(run_in(directory, "ssh-keygen -q -t ed25519 -N '' -C me -f theirs && printf hello > hello && "
                                       "ssh-keygen -q -Y sign -n git -f theirs hello 2>/dev/null && "
                                       "cp hello other && ssh-keygen -q -Y sign -n file -f theirs other 2>/dev/null"),
                     0);
    read_text(directory, "theirs", &text);
    assert_int_equal(qb_signer_read(&signer, text.data, text.length, &err), QB_OK);
    read_text(directory, "hello.sig", &text);
    assert_int_equal(qb_sign_verify(text.data, text.length, "hello", 5, key), QB_SIGN_GOOD);
    assert_memory_equal(key, signer.public_key, sizeof key);
    assert_int_equal(qb_sign_verify(text.data, text.length, "hellO", 5, key), QB_SIGN_BAD);
    read_text(directory, "other.sig", &text); /* for another purpose */
    assert_int_equal(qb_sign_verify(text.data, text.length, "hello", 5, key), QB_SIGN_FOREIGN);
    read_text(directory, "theirs.pub", &text);
    assert_true(qb_sign_line_allows(text.data, text.length, signer.public_key));
    signer.public_key[0] ^= 1;
    assert_false(qb_sign_line_allows(text.data, text.length, signer.public_key));
    qb_buf_fini(&text);
}

/* Every single byte of a signature and of a key matters, and no cut one is taken. */
static void test_sign__nothing_spoilt_passes(void **state)
{
    struct qb_signer signer;
    struct qb_signer again;
    struct qb_buf signature = {0};
    struct qb_buf file = {0};
    unsigned char key[QB_ED25519_PUBLIC];
    (void)state;
    assert_int_equal(qb_signer_make(&signer, NULL), QB_OK);
    assert_int_equal(qb_signer_sign(&signer, "x", 1, &signature, NULL), QB_OK);
    qb_signer_write(&signer, &file);
    size_t first = strcspn(signature.data, "\n") + 1;
    size_t last = (size_t)(strstr(signature.data, "-----END") - signature.data) - 3; /* before what pads */
    for (size_t i = first; i < last; i++) {
        char kept = signature.data[i];
        if (kept == '\n')
            continue;
        signature.data[i] = kept == 'A' ? 'B' : 'A';
        enum qb_sign_verdict verdict = qb_sign_verify(signature.data, signature.length, "x", 1, key);
        bool same = verdict == QB_SIGN_GOOD && !memcmp(key, signer.public_key, sizeof key);
        bool reserved = i - first >= 100 && i - first < 140; /* the field that stands for nothing may say anything */
        assert_true(!same || reserved);
        signature.data[i] = kept;
    }
    for (size_t length = 0; length + 10 < file.length; length++) {
        assert_int_equal(qb_signer_read(&again, file.data, length, NULL), QB_EINPUT);
        if (length < signature.length - 10)
            assert_int_not_equal(qb_sign_verify(signature.data, length, "x", 1, key), QB_SIGN_GOOD);
    }
    qb_buf_fini(&signature);
    qb_buf_fini(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_sign__ssh_keygen_accepts_what_is_signed_here, make_directory,
                                        drop_directory),
        cmocka_unit_test_setup_teardown(test_sign__takes_what_ssh_keygen_made, make_directory, drop_directory),
        cmocka_unit_test(test_sign__nothing_spoilt_passes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
