#include "checksum.h"
#include <zlib.h>

#if defined(__x86_64__)
#include <immintrin.h>

enum { BLOCK = 16, STRIDE = 4 * BLOCK };

/* Folding with carry-less multiplication: Gopal and others, "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ
 * Instruction", Intel 2009, in its form for reflected polynomials. The constants are powers of x modulo the polynomial:
 * x^(512+64) and x^512, x^(128+64) and x^128, x^96; then the polynomial itself and the quotient for Barrett's reduction. */
static const uint64_t by_512[2] = {0x154442bd4, 0x1c6e41596};
static const uint64_t by_128[2] = {0x1751997d0, 0x0ccaa009e};
static const uint64_t by_64[2] = {0x163cd6124, 0};
static const uint64_t reduction[2] = {0x1db710641, 0x1f7011641};

#define FOLDING __attribute__((target("pclmul,sse4.1")))

FOLDING static inline __m128i load(const void *bytes) { return _mm_loadu_si128((const __m128i *)bytes); }

/* Moves `sum` ahead by what the constants stand for, and adds what is there. */
FOLDING static inline __m128i fold(__m128i sum, __m128i constants, __m128i next) {
    __m128i low = _mm_clmulepi64_si128(sum, constants, 0x00);
    __m128i high = _mm_clmulepi64_si128(sum, constants, 0x11);
    return _mm_xor_si128(_mm_xor_si128(low, high), next);
}

/* `count` is a multiple of 16 and at least 16. The CRC is inverted, before and after. */
FOLDING static uint32_t fold_blocks(uint32_t crc, const uint8_t *bytes, size_t count) {
    const __m128i k128 = load(by_128);
    __m128i sum = _mm_xor_si128(load(bytes), _mm_cvtsi32_si128((int)crc));
    if (count >= STRIDE) {
        const __m128i k512 = load(by_512);
        __m128i a = sum, b = load(bytes + 16), c = load(bytes + 32), d = load(bytes + 48);
        for (bytes += STRIDE, count -= STRIDE; count >= STRIDE; bytes += STRIDE, count -= STRIDE) {
            a = fold(a, k512, load(bytes));
            b = fold(b, k512, load(bytes + 16));
            c = fold(c, k512, load(bytes + 32));
            d = fold(d, k512, load(bytes + 48));
        }
        sum = fold(fold(fold(a, k128, b), k128, c), k128, d);
    } else {
        bytes += BLOCK;
        count -= BLOCK;
    }
    for (; count >= BLOCK; bytes += BLOCK, count -= BLOCK) sum = fold(sum, k128, load(bytes));

    const __m128i low_words = _mm_setr_epi32(-1, 0, -1, 0);
    /* 128 bits to 96, then to 64 */
    sum = _mm_xor_si128(_mm_srli_si128(sum, 8), _mm_clmulepi64_si128(sum, k128, 0x10));
    sum = _mm_xor_si128(
        _mm_srli_si128(sum, 4), _mm_clmulepi64_si128(_mm_and_si128(sum, low_words), load(by_64), 0x00));
    /* to 32 */
    const __m128i k = load(reduction);
    __m128i quotient = _mm_clmulepi64_si128(_mm_and_si128(sum, low_words), k, 0x10);
    quotient = _mm_clmulepi64_si128(_mm_and_si128(quotient, low_words), k, 0x00);
    return (uint32_t)_mm_extract_epi32(_mm_xor_si128(sum, quotient), 1);
}

static int can_fold(void) {
    return __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("sse4.1");
}

uint32_t ibp_crc32(uint32_t crc, const void *bytes, size_t count) {
    const uint8_t *next = bytes;
    if (count >= BLOCK && can_fold()) {
        size_t blocks = count & ~(size_t)(BLOCK - 1);
        crc = ~fold_blocks(~crc, next, blocks);
        next += blocks;
        count -= blocks;
    }
    return (uint32_t)crc32_z(crc, next, count);
}

#else

uint32_t ibp_crc32(uint32_t crc, const void *bytes, size_t count) { return (uint32_t)crc32_z(crc, bytes, count); }

#endif
