// What one core does at best with vectors of four floats: multiplications and additions by halves, in chains that do
// not wait for each other. Prints billions of operations per second of processor time.
//
//     cc -O3 -msse4.2 vectors.c -o vectors && ./vectors
#include <immintrin.h>
#include <stdio.h>
#include <time.h>

static volatile float one = 1, zero = 0;

// The empty assembly keeps the compiler from seeing that nothing changes.
#define MULTIPLY(x) x = _mm_mul_ps(x, m); __asm__ volatile("" : "+x"(x))
#define ADD(x) x = _mm_add_ps(x, z); __asm__ volatile("" : "+x"(x))

int main(void) {
  const __m128 m = _mm_set1_ps(one), z = _mm_set1_ps(zero);
  __m128 a = m, b = m, c = m, d = m, e = m, f = m, g = z, h = z, i = z, j = z, k = z, l = z;
  const long rounds = 100000000;
  const clock_t start = clock();
  for (long n = 0; n < rounds; n++) {
    MULTIPLY(a); ADD(g); MULTIPLY(b); ADD(h); MULTIPLY(c); ADD(i);
    MULTIPLY(d); ADD(j); MULTIPLY(e); ADD(k); MULTIPLY(f); ADD(l);
  }
  const double seconds = (double)(clock() - start) / CLOCKS_PER_SEC;
  printf("%.2f\n", 12.0 * rounds / seconds / 1e9);
  return 0;
}
