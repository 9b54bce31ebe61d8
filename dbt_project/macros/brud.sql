{#-
    True if a break parts `maaned` from a stretch of months that ends before it or with it.

    A break dated inside a month leaves that month mixed: it can be compared neither with the
    months before nor with those after. `foerste_hele_maaned` is the first month that is all new.
-#}
{% macro ligger_over_brud(brud, fra_maaned, maaned) -%}
    (
        {{ fra_maaned }} < {{ brud }}.foerste_hele_maaned
        and {{ maaned }} >= {{ brud }}.fra_maaned
        and {{ fra_maaned }} < {{ maaned }}
    )
{%- endmacro %}

{#- True if a break concerns a series: its table's, or every table's (`*`), and its breakdown. -#}
{% macro brud_rammer(brud, serie) -%}
    (
        {{ brud }}.tabel_id in ({{ serie }}.tabel_id, '*')
        and {{ gaelder(serie ~ '.dimensioner', brud ~ '.dimensioner') }}
    )
{%- endmacro %}
